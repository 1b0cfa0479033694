/// A parsed template: its tree in one array of plain records, so that walking it counts no references, with the texts, names and
/// constants that the records point at.
struct Program: Sendable {
    /// What a node is. The operands `a`, `b` and `c` are given for each.
    enum Operation: UInt8, Sendable {
        // Statements.
        /// Writes the text a..<b of `text`.
        case text
        /// Renders the children a..<b.
        case block
        /// Writes the value of reference a.
        case reference
        /// Gives reference a the value of node b.
        case set
        /// Children a..<b: condition, block, condition, block …; block c for else, or -1.
        case `if`
        /// Variable a; node b for the list or -1; node c for what is rendered each round or -1.
        case foreach
        case breakLoop
        /// Breaks the scope that node a names.
        case breakScope
        case stop
        /// Binds variable a to block b.
        case define
        /// Calls the macro named a with the children b..<c: the text to print where there is no such macro, the block handed to
        /// it or -1, and the arguments.
        case macroCall
        /// Renders the value of node a as a template.
        case evaluate
        /// `#parse` or `#include`, refused: the name a.
        case refused
        /// Fails wherever it is rendered, as a directive without its parts does: message a in `strings`.
        case fault

        // Expressions.
        /// Text a of `strings`.
        case string
        /// Renders block a as text; drops its last character if b is 1.
        case interpolation
        case int, long, bigInteger, double, decimal
        case `true`, `false`
        /// Children a..<b.
        case list, map
        /// Nodes a and b.
        case range
        case add, subtract, multiply, divide, modulus
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case and, or
        /// Node a.
        case not
    }

    struct Node: Sendable {
        let operation: Operation
        var a: Int32 = 0
        var b: Int32 = 0
        var c: Int32 = 0
        /// Where it stands in the source, in bytes.
        let start: Int32
        let end: Int32
    }

    /// `$name` with what follows.
    struct Reference: Sendable {
        /// The variable; -1 for one that never has a value.
        var variable: Int32
        /// In `members`.
        var members: Range<Int32> = 0..<0
        var isQuiet = false
        /// `${name}`
        var isFormal = false
        /// `\$name`
        var isEscaped = false
        /// No reference at all, but a name that the lexer took for one: it prints as it is.
        var isRunt = false
        /// Half of the backslashes before it, in `text`.
        var escapePrefix: Range<Int32> = 0..<0
        /// Other marks before it, in `text`: `$` of `$$name`.
        var prefix: Range<Int32> = 0..<0
        /// What it prints without a value, in `text`.
        var source: Range<Int32> = 0..<0
        /// What stands in the template for it, without the marks before its last dollar sign, in `text`.
        var literal: Range<Int32> = 0..<0
    }

    struct Member: Sendable {
        enum Kind: UInt8, Sendable {
            case property, method, index
        }

        let kind: Kind
        /// In `names`; for an index, the node of the key.
        let name: Int32
        /// In `children`.
        var arguments: Range<Int32> = 0..<0
        /// The method, if it is one of Java's that this library knows.
        let method: Method
        /// Of the name, to look it up in maps.
        var stamp: UInt32 = 0
        let start: Int32
    }

    struct Macro: Sendable {
        let parameters: [Int32]
        let body: Int32
    }

    var nodes: [Node] = []
    var children: [Int32] = []
    var references: [Reference] = []
    var members: [Member] = []
    var text: [UInt8] = []
    var strings: [String] = []
    var names: [String] = []
    var bigIntegers: [BigInteger] = []
    var longs: [Int64] = []
    var doubles: [Double] = []
    var decimals: [BigDecimal] = []
    /// The names of the variables; a reference holds its place in here.
    var variables: [String] = []
    /// By name.
    var macros: [String: Macro] = [:]
    var root: Int32 = 0
    /// What a macro calls the block that was handed to it.
    static let bodyName = "bodyContent"
    /// Where the variables are that loops keep, if the template uses them.
    var loopNames = LoopNames()

    struct LoopNames: Sendable {
        /// `$foreach`
        var scope: Int?
        /// `$velocityCount`
        var count: Int?
        /// `$velocityHasNext`
        var hasNext: Int?
    }
}

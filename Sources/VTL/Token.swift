/// The kinds of token, by the names of Velocity's own grammar, so that a reader can lay the two beside each other.
/// Source: `Parser.jjt` of Apache Velocity 1.7.
enum TokenKind: UInt8 {
    case endOfFile
    case indexLeftBracket, indexRightBracket
    case leftBracket, rightBracket, comma, doubleDot, colon, leftCurly, rightCurly
    case leftParenthesis, rightParenthesis, methodRightParenthesis
    case escapedDirective, set
    case lineCommentStart, doubleEscape, escape, text
    case lineComment, formalComment, blockComment, textBlock
    case whitespace, string, `true`, `false`
    case minus, plus, multiply, divide, modulus
    case and, or, less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, not, assign
    case end, `if`, elseif, `else`
    case integer, float
    case word, bracketedWord
    case identifier, dot, referenceLeftCurly, referenceRightCurly
    case referenceTerminator, directiveTerminator
    case emptyIndex
    /// A part of a token: what follows belongs to it.
    case more
    /// Nothing of it remains.
    case skip

    /// How an error names it.
    var name: String {
        switch self {
        case .endOfFile: "the end of the template"
        case .indexLeftBracket, .leftBracket: "["
        case .indexRightBracket, .rightBracket: "]"
        case .comma: ","
        case .doubleDot: ".."
        case .colon: ":"
        case .leftCurly, .referenceLeftCurly: "{"
        case .rightCurly, .referenceRightCurly: "}"
        case .leftParenthesis: "("
        case .rightParenthesis, .methodRightParenthesis: ")"
        case .assign: "="
        case .end: "#end"
        case .identifier: "a name"
        default: "something else"
        }
    }
}

/// A token: a part of the source, and what it is. Texts between tokens that only switch the lexer's state hang on the next token,
/// as
/// some nodes print them.
struct Token {
    var kind: TokenKind
    /// In the bytes of the source.
    var start: Int
    var end: Int
    /// The special tokens before it, which Velocity calls terminators.
    var specials: [Range<Int>] = []
}

import VTL

/// Makes templates from a seed: mostly well formed, of all the language's parts, and now and then broken by a character put in or
/// taken out, as the quirks of a lexer show where something is out of place.
struct TemplateGenerator {
    private var random: SplitMix64
    private var depth = 0
    private let profile: String

    init(seed: UInt64, profile: String) {
        self.random = SplitMix64(seed: seed)
        self.profile = profile
    }

    /// The variables that templates are rendered with, as JSON.
    static let variables = #"""
        {"s":"str","e":"","t":"a,b c;d","u8":"héllo ☃ €","n":5,"z":0,"neg":-7,"big":9223372036854775807,"i":2147483647,
        "d":2.5,"b":true,"f":false,"l":[1,"a",null,2.5,[true,"x"]],"el":[],"m":{"k":"v","l":[1,2],"m":{"x":1},"n-1":"dash","size":"S"},
        "em":{},"w":["one","two","three"],"nums":[3,1,2],"k":"key"}
        """#.split(separator: "\n").joined()

    mutating func template() -> String {
        var text = self.statements()
        if self.profile == Profile.velocity1_7.name, self.random.below(4) == 0 { text = self.withMacro(text) }
        let mutations = self.random.below(4) == 0 ? self.random.below(self.random.below(4) == 0 ? 9 : 3) + 1 : 0
        for _ in 0..<mutations { text = self.mutated(text) }
        return text
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[self.random.below(choices.count)] }

    private mutating func mutated(_ text: String) -> String {
        var characters = Array(text)
        let place = self.random.below(characters.count + 1)
        let marks = [
            "$", "#", "\\", "{", "}", "(", ")", "[", "]", "!", "\"", "'", ".", " ", "\n", "-", "*", "##", "#*", "*#", "#[[",
            "]]#", "$!", "#end", "_", "1", ",", "=", "|", "&", "true",
        ]
        if self.random.below(3) == 0, place < characters.count {
            characters.remove(at: place)
        } else {
            characters.insert(contentsOf: self.pick(marks), at: place)
        }
        return String(characters)
    }

    private mutating func statements() -> String {
        self.depth += 1
        defer { self.depth -= 1 }
        var text = ""
        for _ in 0..<(self.random.below(4) + 1) { text += self.statement() }
        return text
    }

    private mutating func statement() -> String {
        let kind = self.random.below(self.depth > 3 ? 12 : 27)
        switch kind {
        case 0...2: return self.text()
        case 3...6: return self.reference()
        case 7, 8: return self.set()
        case 9: return self.comment()
        case 10: return self.escape()
        case 11: return self.oddity()
        case 12...15: return self.ifStatement()
        case 16...19: return self.foreach()
        case 20: return self.word("define") + "($" + self.name() + ")" + self.gap() + self.statements() + self.end()
        case 21: return self.word("set") + "( $" + self.name() + " = " + self.operand() + ")" + self.gap()
        case 22: return self.pick(["#break", "#stop", "#{break}", "#foo($s 'x' $u)", "#foo", "#bar()", "#{foo}"]) + self.gap()
        case 23: return self.blockCall()
        case 24: return self.textDirective()
        default: return self.text() + self.reference() + self.text()
        }
    }

    /// A block handed to a macro that is defined, or not.
    private mutating func blockCall() -> String {
        self.pick(["#@foo(", "#@foo (", "#@mac("]) + self.arguments(" ") + ")" + self.gap() + self.statements() + self.end()
    }

    /// What takes a text for a template, or a template for a text.
    private mutating func textDirective() -> String {
        switch self.random.below(5) {
        case 0: return "#literal()" + self.statements() + self.end()
        case 1: return "#evaluate(" + self.argument() + ")" + self.gap()
        case 2: return "#evaluate(\"" + self.inQuotes() + "\")" + self.gap()
        case 3: return self.pick(["#foo(", "#bar (", "#{foo}(", "\\#foo("]) + self.arguments(" ") + ")" + self.gap()
        default: return "#set($x = \"" + self.inQuotes() + "\")" + self.gap() + "$x"
        }
    }

    /// Statements as they can stand within double quotes.
    private mutating func inQuotes() -> String {
        self.statements().replacing("\"", with: self.pick(["'", "\"\"", ""]))
    }

    /// Up to three, as calls of methods and macros have them.
    private mutating func arguments(_ separator: String) -> String {
        var text = self.pick(["", "", " "])
        for index in 0..<self.random.below(4) {
            text += (index > 0 ? separator : "") + self.argument() + self.pick(["", "", "", " "])
        }
        return text
    }

    private mutating func text() -> String {
        self.pick([
            " ", "\n", "a", "abc ", "x\n  ", "  ", "\t", "{\"k\": ", "}", "1.5", "é☃", ", ", ".", ".x", "-", "[0]", "(", ")", "!",
            "a.b", "\r\n", "'", "\"", "=", "end", "50% ",
        ])
    }

    private mutating func gap() -> String { self.pick(["", "", "", "\n", " \n", " ", "\t\n", "\r\n", "  x"]) }

    private mutating func word(_ name: String) -> String { self.random.below(6) == 0 ? "#{\(name)}" : "#\(name)" }

    private mutating func end() -> String { self.word("end") + self.gap() }

    private mutating func name() -> String {
        self.pick([
            "s", "e", "t", "u8", "n", "z", "neg", "big", "i", "d", "b", "f", "l", "el", "m", "em", "w", "nums", "k", "u", "undef",
            "x", "y", "a", "n-1", "_v",
        ])
    }

    /// A macro of its own name for each template, as the engines keep them, and calls of it.
    private mutating func withMacro(_ text: String) -> String {
        let parameters = self.pick(["", " $x", " $x $y", " $s", " $p $x"])
        let uses = [
            "$x", "$p", "$y", "$s", "#set($x = 9)", "#set($s = 'in')", "#set($new = 1)", "$!bodyContent", "#set($p = [1])$p",
        ]
        var body = self.pick(uses) + self.pick(["", " ", "\n"]) + self.pick(uses)
        if self.random.below(3) == 0 { body += self.statements() }
        var result = "#macro(mac" + parameters + ")" + self.gap() + body + self.end()
        for _ in 0..<(self.random.below(2) + 1) {
            result +=
                "#mac(" + self.pick(["", "1", "$n", "$u", "'q'", "$l $m", "$s $x", "1 2 3", "$m.k \"<$s>\""]) + ")" + self.gap()
            result += self.pick(["$x", "$s|$new", "", "$p"])
        }
        return self.random.below(2) == 0 ? result + text : text + result
    }

    // MARK: References

    private mutating func reference() -> String {
        let chain = self.chain()
        switch self.random.below(6) {
        case 0: return "${" + chain + "}"
        case 1: return "$!" + chain
        case 2: return "$!{" + chain + "}"
        default: return "$" + chain
        }
    }

    private mutating func chain() -> String {
        guard self.random.below(2) == 0 else { return self.name() }
        var chain = self.pick(["s", "t", "l", "m", "w", "nums", "n", "d", "u8", self.name()])
        for _ in 0..<(self.random.below(2) + 1) { chain += self.member() }
        return chain
    }

    private mutating func member() -> String {
        switch self.random.below(8) {
        case 0, 1: return "." + self.pick(["k", "l", "m", "x", "size", "empty", "foo", "n-1", "class"])
        case 2:
            return "["
                + self.pick([
                    "0", "1", "-1", "'k'", "\"k\"", "$z", "$k", "true", "$$z", "\\$z", "$!z", "${z}", "$!{k}", "$\\!z", " 0 ",
                    "$l[0]",
                    "$m.k", "$u", "\"$k\"", "2", "$$u", "\\\\$u", "$m.get($$k)",
                ]) + "]"
        default: return "." + self.method()
        }
    }

    private mutating func method() -> String {
        let plain = [
            "length()", "toUpperCase()", "toLowerCase()", "trim()", "isEmpty()", "size()", "toString()", "hashCode()", "keySet()",
            "values()", "entrySet()", "intValue()", "longValue()", "doubleValue()", "nope()", "iterator().hasNext()",
            "size(1)", "isEmpty('a')", "trim($n)", "toString(1)", "toString('a')", "keySet($u)", "intValue(2)", "length(1, 2)",
            "keySet().size(1)",
        ]
        switch self.random.below(13) {
        case 12:
            return self.pick(["foo", "get", "size", "contains", "equals", "format", "indexOf"]) + "(" + self.arguments(", ") + ")"
        case 0...2: return self.pick(plain)
        case 3: return "substring(\(self.random.below(3)))"
        case 4: return "substring(\(self.random.below(2)), \(self.random.below(3) + 1))"
        case 5: return "get(" + self.argument() + ")"
        case 6:
            return self.pick([
                "contains", "indexOf", "lastIndexOf", "startsWith", "endsWith", "equals", "containsKey", "containsValue",
                "compareTo", "concat", "equalsIgnoreCase", "remove", "add",
            ]) + "(" + self.argument() + ")"
        case 7: return "replace('" + self.pick(["a", "t", ",", ""]) + "', " + self.quoted() + ")"
        case 8:
            return "replaceAll(" + self.pick(["'[abc]'", "'(.)'", "\"\\\\s+\"", "'t|s'", "'x*'"]) + ", '"
                + self.pick(["-", "<$1>", ""]) + "')"
        case 9: return "split('" + self.pick([",", "[, ;]", "b"]) + "').size()"
        case 10: return self.pick(["put", "getOrDefault"]) + "(" + self.argument() + ", " + self.argument() + ")"
        default:
            return self.pick([
                "charAt(0)", "set(0, \(self.argument()))", "add(0, 'q')", "subList(0, 1)", "addAll($w)", "putAll($m)",
                "matches('[a-z]+')", "parseInt('12')", "valueOf(3)", "indexOf('t', 1)", "lastIndexOf('t', 1)", "indexOf('', 9)",
                "replace('tr', '<>')", "lastIndexOf('')", "format('%05d|%s', $n, $k)", "format('%s %<S', \(self.argument()))",
                "format('%-6s|%,d', \(self.argument()), $i)", "format(\(self.argument()), $u)", "format('%.1f', $d)",
                "join('-', $w)", "join(\(self.argument()), \(self.argument()))", "join(',', 'a', $u)",
                "replaceFirst('t', '<$0>')",
                "regionMatches(true, 1, 'TR', 0, 2)", "regionMatches(0, $s, 0, 2)", "codePointAt(1)", "codePointCount(0, 2)",
                "contentEquals(\(self.argument()))", "stripLeading()", "getBytes().size()", "valueOf($s.toCharArray())",
            ])
        }
    }

    private mutating func argument() -> String {
        self.pick([
            self.quoted(), self.quoted(), "\(self.random.below(3))", "$" + self.name(), "true", "'k'", "1.5", "[1, 2]",
            self.pick(["\\$", "$$", "$!", "\\\\$", "$\\!", "$", "\\$!", "$!$"]) + self.name(),
            self.pick(["${", "$!{", "\\${", "$${"]) + self.name() + "}",
            self.pick([
                "$m.k", "$l[0]", "$s.length()", "$l.get($z)", "{'a': $s}", "{}", "[]", "[1..3]", "[$$s]", "-1", "[$u]", "$x[$$y]",
            ]),
        ])
    }

    // MARK: Expressions

    private mutating func quoted() -> String {
        switch self.random.below(8) {
        case 0: return "'it''s'"
        case 1: return "\"a\"\"b\""
        case 2: return "\"<" + self.reference() + ">\""
        case 3: return "\"$" + self.name() + "\""
        case 4:
            return self.pick([
                "\"\\u0041\"", "\"#if($b)y#{else}n#end\"", "\"\\n\"", "\"$\"", "\"#\"", "'$s'", "\"## c\"", "\"a#set($x = 3)\"",
            ])
        case 5: return "\"\""
        default: return "'" + self.pick(["a", "str", "k", "t", "12", "x y", ""]) + "'"
        }
    }

    private mutating func operand() -> String {
        self.depth += 1
        defer { self.depth -= 1 }
        switch self.random.below(self.depth > 5 ? 9 : 14) {
        case 0...2: return self.reference()
        case 3, 4:
            return self.pick([
                "0", "1", "2", "-3", "7", "007", "2147483647", "9223372036854775807", "99999999999999999999", "1.5", "5.", ".5",
                "1e3", "100000000.0", "0.0001",
            ])
        case 5, 6: return self.quoted()
        case 7: return self.pick(["true", "false"])
        case 8: return self.pick(["[]", "{}", "[1..3]", "[3..1]", "[$z..$n]", "[ 1 .. 2 ]", "[$u..2]"])
        case 9: return "[" + self.operand() + ", " + self.operand() + "]"
        case 10: return "{" + self.quoted() + ": " + self.operand() + ", 'q' : " + self.operand() + "}"
        default: return self.reference()
        }
    }

    private mutating func expression() -> String {
        self.depth += 1
        defer { self.depth -= 1 }
        let isDeep = self.depth > 5
        switch self.random.below(isDeep ? 3 : 12) {
        case 0...2: return self.operand()
        case 3...5: return self.expression() + " " + self.pick(["+", "-", "*", "/", "%"]) + " " + self.expression()
        case 6, 7:
            return self.expression()
                + self.pick([" == ", " != ", " < ", " <= ", " > ", " >= ", " eq ", " ne ", " lt ", " ge ", "==", "<"])
                + self.expression()
        case 8: return self.expression() + self.pick([" && ", " || ", " and ", " or "]) + self.expression()
        case 9: return self.pick(["!", "not ", "! "]) + self.operand()
        case 10: return "(" + self.expression() + ")"
        default: return " " + self.operand() + " "
        }
    }

    // MARK: Directives

    private mutating func set() -> String {
        let target = self.pick([
            "x", "y", "a", "s", "x", "y", "m.k", "m.new", "m['q']", "l[0]", "m.m.x", "x.y", "{x}", "!x", "nums[-1]",
        ])
        return self.pick(["", "", " ", "\n  ", "\t"]) + self.word("set") + self.pick(["(", "( ", " ("]) + "$" + target
            + self.pick([" = ", "=", " =\n"]) + self.expression() + ")" + self.gap()
    }

    private mutating func ifStatement() -> String {
        var text = self.word("if") + self.pick(["(", " (", "( "]) + self.expression() + ")" + self.gap() + self.statements()
        if self.random.below(3) == 0 {
            text += self.word("elseif") + "(" + self.expression() + ")" + self.gap() + self.statements()
        }
        if self.random.below(2) == 0 { text += self.word("else") + self.gap() + self.statements() }
        return text + self.end()
    }

    private mutating func foreach() -> String {
        let list = self.pick([
            "$l", "$w", "$nums", "$m", "$m.keySet()", "$m.entrySet()", "$m.values()", "[1..3]", "$el", "$u", "$s", "[1, 'a', $u]",
            "$t.split(',')", "$n", "$em",
        ])
        let uses = [
            "$x", "$foreach.count", "$foreach.index", "$foreach.hasNext", "$velocityCount", "$foreach.first", "$foreach.last",
            "#if($foreach.hasNext), #end", "$foreach.parent.count", "$x.key=$x.value", "$velocityHasNext",
            "$foreach.topmost.index", "#if($x == 1)#break#end", "$foreach.foo",
        ]
        let body = self.pick(uses) + (self.random.below(2) == 0 ? self.statements() : "") + self.pick(uses)
        return self.word("foreach") + self.pick(["(", " (", "( "]) + "$" + self.pick(["x", "y", "x", "s"])
            + self.pick([" in ", "  in\t"]) + list + ")" + self.gap() + body + self.end()
    }

    private mutating func comment() -> String {
        self.pick([
            "## comment $s\n", "##\n", "#* block $s #if *#", "#** doc *#", "#[[ raw $s #if ]]#", "## $x", "#* a\nb *#\n", "#**#",
            "#[[]]#",
        ])
    }

    private mutating func escape() -> String {
        self.pick(["\\", "\\\\", "\\\\\\", "\\\\\\\\"])
            + self.pick([
                "$s", "$u", "${s}", "$!u", "#if($b)y#end", "#foo", "#set($x = 1)", "x", "#end", "$m.k", "#{if}", "#stop",
                "#[[a]]#",
            ])
    }

    private mutating func oddity() -> String {
        self.pick([
            "$", "# ", "$ ", "#1", "$$s", "$5.00", "$-", "${", "$!", "#", "$s.", "$s..", "$s.1", "$!!s", "$s-", "${s", "$\\!s",
            "$n#set($y = 1)[0]", "$n#set($y=1).x", "#{}", "$[", "$s[", "$(s)", "#@foo()x#end", "$s!", "$s$n", "#endx", "#elseb",
            "$$", "##", "$true", "$$u", "$!$u", "$$!s", "$#s", "$!#if($b)y#end", "$x.", "$x.foo(", "$x[$$y]", "$x.foo($$y)",
            "\\\\\\$",
            "#@foo", "#@", "#{", "#{foo", "#{@foo}()", "#[[", "#[", "#**", "$s.length", "$s .length()", "$u.$s", "$!u.$s",
            "$u[$s", "$u[0].",
            "#include()", "#set", "#if", "#foreach", "$n abc", "$m#set($y=1)abc",
        ])
    }
}

/// A generator of random numbers with 64 bits of state: the same seed gives the same numbers everywhere.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int(self.next() % UInt64(bound))
    }
}

import Testing
import VTL

/// Bad and hostile templates end with an error that says where and why.
struct LimitTests {
    static func failure(_ text: String, _ profile: Profile = .velocity1_7, limits: Limits = Limits()) -> TemplateError? {
        do {
            _ = try Template(text, name: "t.vtl", profile: profile).render(limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test
    func syntaxErrorsNameLineAndColumn() throws {
        let error = try #require(Self.failure("a\n  #if($x)\nb"))
        #expect(error.kind == .syntax)
        #expect(error.description == "t.vtl:3:2: expected #end of the #if in line 2, found the end of the template")
    }

    @Test
    func methodsThatThrowNameTheirPlace() throws {
        let error = try #require(Self.failure("#set($s = 'abc')\n$s.substring(9)"))
        #expect(error.kind == .methodFailed)
        #expect(error.position == Position(line: 2, column: 4))
    }

    @Test(arguments: [
        String(repeating: "#if(true)", count: 5000), String(repeating: "(", count: 5000),
        "#set($x = \(String(repeating: "(", count: 5000))1",
        "#set($x = \(String(repeating: "[", count: 5000))", "#if(\(String(repeating: "!", count: 5000))$x)#end",
        "#set($x = 1\(String(repeating: " + 1", count: 5000)))", "$x\(String(repeating: ".a($x", count: 3000))",
    ])
    func deepNestingIsNoCrash(text: String) {
        _ = Self.failure(text)
    }

    @Test(arguments: [
        "#set($s = 'xxxxxxxxxxxxxxxx')#foreach($i in [1..1000])#set($s = $s + $s)#end",
        "#set($l = [1, 2])#foreach($i in [1..1000])#set($x = $l.addAll($l))#end",
        "#set($n = 3)#foreach($i in [1..1000])#set($n = $n * $n)#end",
        "#foreach($a in [1..9999])#foreach($b in [1..9999])#foreach($c in [1..9999])x#end#end#end",
        "#set($l = [1..2000000000])",
        "#set($l = [])#set($x = $l.add([$l]))$l",
        "#set($m = {})#set($x = $m.put('a', [$m]))$m",
        "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')$s.matches('(a+)+b')",
        "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l",
        "#set($s = 'a')$s.repeat(2000000000)",
    ])
    func nothingGrowsWithoutBound(text: String) {
        // Small bounds, so that the slow build of the tests gets there soon.
        var limits = Limits()
        limits.steps = 100_000
        limits.outputBytes = 1 << 20
        #expect(Self.failure(text, limits: limits) != nil)
    }

    /// A short text that stands for a long one, as the log of a test run shows each argument.
    struct Repetition: Sendable {
        var before = ""
        let piece: String
        let count: Int
        var after = ""

        var text: String { self.before + String(repeating: self.piece, count: self.count) + self.after }
    }

    /// Of lengths at which work in step with the square would not end: nothing here looks at a clock.
    @Test(arguments: [
        Repetition(piece: "$i.foo ", count: 30_000),
        Repetition(before: "#foreach($i in [1])", piece: "$i.foo ", count: 30_000, after: "#end"),
        Repetition(piece: "#set($a = \"$b\")", count: 20_000), Repetition(piece: "\\", count: 300_000),
        Repetition(before: "$", piece: "\\", count: 300_000, after: "!x"), Repetition(piece: "$", count: 300_000, after: "x"),
        Repetition(piece: "#{", count: 100_000), Repetition(piece: "#a(", count: 100_000),
        Repetition(before: "#@b()", piece: "#a($x) ", count: 20_000, after: "#end"),
    ])
    func longTextsAreRenderedOrRefused(repetition: Repetition) {
        for profile in [Profile.velocity1_7, .apiGateway] { _ = Self.failure(repetition.text, profile) }
    }

    @Test
    func boundsAreNamed() throws {
        var limits = Limits()
        limits.outputBytes = 100
        let error = try #require(Self.failure("#foreach($i in [1..1000])0123456789#end", limits: limits))
        #expect(error.kind == .limit("outputBytes", 100))
    }

    /// Any text is a template or an error, and nothing traps.
    @Test
    func anyBytesAreATemplateOrAnError() {
        let pieces = [
            "$", "#", "{", "}", "(", ")", "[", "]", "!", "\\", "\"", "'", ".", "..", ",", ":", "=", "==", " ", "\n", "a", "$a",
            "#if(", "#end", "#set($a=", "#foreach($a in ", "#else", "#elseif(", "#define($a)", "#[[", "]]#", "#*", "*#", "##",
            "1", "-", "+", "é", "\u{1F600}", "\u{0}", "true", "&&", "\\u00", "#macro(a", "#evaluate(", "#break", "#stop",
            "$foreach", "${", "$!{", "%", "/", "*", "|",
        ]
        for seed in UInt64(1)...3000 {
            var random = SplitMix64(seed: seed)
            let text = (0..<(random.below(40) + 1)).map { _ in pieces[random.below(pieces.count)] }.joined()
            var limits = Limits()
            limits.steps = 100_000
            _ = Self.failure(text, seed % 2 == 0 ? .apiGateway : .velocity1_7, limits: limits)
        }
    }
}

import RegularExpressions
import Testing

/// Expected values: the documentation of `java.util.regex.Pattern`, `Matcher` and `String`, Java SE 17.
struct JavaRegexTests {
    @Test(arguments: [
        ("[45]\\d{2}", "404", true), ("[45]\\d{2}", "4040", false), (".*", "", true), ("(?i)ERR.*", "error: 세계", true),
        (".*\\Qa.b\\E.*", "xa.by", true), ("^[a-z]+$", "abc", true), ("(a)(b)?\\1", "aa", true), ("a++a", "aaa", false),
        ("\\p{L}+", "주문", true), ("[a-c&&[^b]]+", "acb", false), ("(?<year>\\d{4})-\\d\\d", "2026-11", true),
    ])
    func theWholeTextMatches(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try JavaRegex(pattern).matches(text) == isMatch)
    }

    @Test func aPartIsFound() throws {
        #expect(try JavaRegex("\\bbad\\b").isFound(in: "a bad key"))
        #expect(try !JavaRegex("^bad").isFound(in: "a bad key"))
    }

    @Test func patternsThatAreNoneAreRefused() {
        for pattern in ["(", "[a", "a{2,1}", "*", "\\", "(?<n>a)(?<n>b)"] {
            #expect(throws: RegexFailure.self) { try JavaRegex(pattern) }
        }
    }

    /// Java itself would not come back from these.
    @Test func exponentialWorkIsGivenUp() throws {
        let text = String(repeating: "a", count: 200) + "!"
        for pattern in ["(a+)+", "(a|a)*", "(a|aa)+b", "(.*)*x"] {
            #expect(throws: RegexFailure.self) { try JavaRegex(pattern).matches(text) }
        }
    }

    @Test func twoAreEqualByTheirText() throws {
        #expect(try JavaRegex("a+") == JavaRegex("a+"))
        #expect(try JavaRegex("a+") != JavaRegex("a*"))
    }
}

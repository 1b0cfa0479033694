import APIGateway
import Testing

@Suite("Check of mapping templates")
struct TemplateCheckTests {
    /// The candidate that shares the first four letters.
    private func findings(_ text: String) -> [TemplateFinding] {
        TemplateCheck.findings(in: text) { name, candidates in candidates.first { $0.hasPrefix(name.prefix(4)) } }
    }

    @Test(
        "names that the gateway doesn't know",
        arguments: [
            ("$utils.urlEncode('x')", "$utils is set nowhere in this template and renders as nothing. Did you mean $util?"),
            ("$input.jsonn('$')", "$input has no jsonn. Did you mean $input.json?"),
            ("$util.escapeJavascript('x')", "$util has no escapeJavascript. Did you mean $util.escapeJavaScript?"),
            ("$context.identity.sourceIP", "$context.identity has no sourceIP. Did you mean $context.identity.sourceIp?"),
            ("$context.requestid", "$context has no requestid. Did you mean $context.requestId?"),
            ("$i", "$i is set nowhere in this template and renders as nothing."),
        ])
    func slips(text: String, message: String) {
        #expect(self.findings("a\n" + text).map(\.message) == [message])
        #expect(self.findings("a\n" + text).map(\.line) == [2])
    }

    @Test(
        "nothing is said of what is fine",
        arguments: [
            "$input.json('$') $input.body $input.params().header.get('x') $stageVariables.any", "#set($x = 1)$x",
            "#foreach($i in [1])$i$foreach.count$velocityCount#end", "$context.authorizer.any $context.identity.sourceIp",
            "#set($context.responseOverride.status = 1)$context.requestOverride.header.x",
            "$context.keySet() $context.somethingNew",
            "#define($block)x#end$block",
        ])
    func fine(text: String) { #expect(self.findings(text).isEmpty) }

    @Test("what can't be parsed, with its place", arguments: [("#if(", 1), ("a\n#set($x = )", 2), ("#foreach($i in [1])", 1)])
    func errors(text: String, line: Int) {
        #expect(self.findings(text).map(\.severity) == [.error])
        #expect(self.findings(text).first.map { $0.line >= line } == true)
    }
}

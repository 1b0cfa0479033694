package import VTL

/// A mapping template, parsed once and rendered as often as requests come, from any thread.
package struct CompiledTemplate: Sendable {
    package enum Phase: String, Hashable, Sendable, CaseIterable {
        case request
        case response
    }

    package let template: Template
    private let names: TemplateVariables.Names

    /// - Throws: the template's error with line and column. API Gateway takes any text when an API is deployed, and fails
    ///   the request.
    package init(_ text: String, name: String = "template") throws(TemplateError) {
        self.template = try Template(text, name: name, profile: .apiGateway)
        self.names = Self.names(in: self.template, text)
    }

    /// Which variables the text can come to. What `#evaluate` is given to render may name any.
    private static func names(in template: Template, _ text: String) -> TemplateVariables.Names {
        guard !text.contains("evaluate") else { return .all }
        let used = Set(template.references.map(\.name))
        var names: TemplateVariables.Names = []
        if used.contains("input") { names.insert(.input) }
        if used.contains("util") { names.insert(.util) }
        if used.contains("context") { names.insert(.context) }
        if used.contains("stageVariables") { names.insert(.stageVariables) }
        return names
    }

    /// - Parameters:
    ///   - overrides: those made before: a MOCK's response template sees what its request template set.
    ///   - variables: further names, for tests of templates; the gateway knows none.
    ///   - trace: for people who ask which line wrote what.
    package func render(
        _ input: MappingInput, overrides: MappingOverrides = MappingOverrides(), variables more: [String: Value] = [:],
        trace: EvaluationTrace? = nil
    ) throws(MappingFailure) -> RenderedMapping {
        let variables = TemplateVariables(input, overrides: overrides, names: self.names)
        do throws(TemplateError) {
            let values = more.isEmpty ? variables.values : variables.values.merging(more) { _, more in more }
            let body = try self.template.render(values, trace: trace)
            return RenderedMapping(body: body, overrides: variables.overrides)
        } catch {
            throw variables.failure ?? .template(error)
        }
    }
}

package import VTL

/// A mapping template, parsed once and rendered as often as requests come, from any thread.
package struct CompiledTemplate: Sendable {
    package enum Phase: String, Hashable, Sendable, CaseIterable {
        case request
        case response
    }

    package let template: Template

    /// - Throws: the template's error with line and column. API Gateway takes any text when an API is deployed, and fails
    ///   the request.
    package init(_ text: String, name: String = "template") throws(TemplateError) {
        self.template = try Template(text, name: name, profile: .apiGateway)
    }

    /// - Parameters:
    ///   - overrides: those made before: a MOCK's response template sees what its request template set.
    ///   - variables: further names, for tests of templates; the gateway knows none.
    ///   - trace: for people who ask which line wrote what.
    package func render(
        _ input: MappingInput, overrides: MappingOverrides = MappingOverrides(), variables more: [String: Value] = [:],
        trace: EvaluationTrace? = nil
    ) throws(MappingFailure) -> RenderedMapping {
        let variables = TemplateVariables(input, overrides: overrides)
        do throws(TemplateError) {
            let values = more.isEmpty ? variables.values : variables.values.merging(more) { _, more in more }
            let body = try self.template.render(values, trace: trace)
            return RenderedMapping(body: body, overrides: variables.overrides)
        } catch {
            throw variables.input.failure ?? .template(error)
        }
    }
}

import VTL

/// A mapping template, compiled. A text without `$`, `#` and `\` is its own result, and costs nothing.
struct StaticOrCompiledTemplate: Sendable {
    private enum Kind: Sendable {
        case text([UInt8])
        case compiled(CompiledTemplate)
        /// The service takes any text, and fails the request.
        case broken
    }

    let contentType: String
    private let kind: Kind

    init(_ template: TemplateForContentType, note: (String) -> Void) {
        self.contentType = template.contentType
        let text = template.template.text
        if !text.utf8.contains(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "\\") }) {
            self.kind = .text(Array(text.utf8))
            return
        }
        do throws(TemplateError) {
            self.kind = .compiled(try CompiledTemplate(text, name: template.contentType))
        } catch {
            note("the template for \(error)")
            self.kind = .broken
        }
    }

    /// The result where no request can change it.
    var staticText: [UInt8]? { if case .text(let text) = self.kind { text } else { nil } }

    func render(overrides: MappingOverrides, input: () -> MappingInput) throws(GatewayFault) -> RenderedMapping {
        switch self.kind {
        case .text(let text): return RenderedMapping(body: text, overrides: overrides)
        case .broken: throw .configurationError
        case .compiled(let template):
            do throws(MappingFailure) {
                return try template.render(input(), overrides: overrides)
            } catch {
                throw error.requestFault
            }
        }
    }
}

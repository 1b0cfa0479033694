import VTL

/// A mapping template, compiled. A text without `$`, `#` and `\` is its own result, and costs nothing.
final class StaticOrCompiledTemplate: Sendable {
    private enum Kind: Sendable {
        case text([UInt8])
        case compiled(CompiledTemplate)
        /// The service takes any text, and fails the request.
        case broken
    }

    let contentType: String
    /// What a MOCK integration reads from the result where no request can change it; `nil` also where that is no status.
    let staticStatus: Int?
    private let kind: Kind

    init(_ template: TemplateForContentType, note: (String) -> Void) {
        self.contentType = template.contentType
        let text = template.template.text
        if !text.utf8.contains(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "\\") }) {
            let bytes = Array(text.utf8)
            self.kind = .text(bytes)
            // What is wrong with it fails the request that meets it.
            self.staticStatus = try? MockIntegration.statusCode(of: bytes)
            return
        }
        self.staticStatus = nil
        do throws(TemplateError) {
            self.kind = .compiled(try CompiledTemplate(text, name: template.contentType))
        } catch {
            note("the template for \(error)")
            self.kind = .broken
        }
    }

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

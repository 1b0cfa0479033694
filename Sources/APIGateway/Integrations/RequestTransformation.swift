import CoreTypes
import VTL

/// From the method request to the integration request of a REST API: parameters, template, content handling (API Gateway
/// developer guide, "Data transformations for REST APIs in API Gateway").
struct RequestTransformation: Sendable {
    private let mappings: RequestParameterMappings?
    private let templates: [StaticOrCompiledTemplate]
    private let types: [String]
    private let passthrough: Integration.PassthroughBehavior
    private let contentHandling: Integration.ContentHandling?
    /// Why no request can be made: a header that may not be mapped, or a mapping that can't be read.
    let forbiddenTarget: String?

    static let none = RequestTransformation(Integration(type: .mock), note: { _ in })

    init(_ integration: Integration, note: (String) -> Void) {
        // A proxy takes the request as it is; its parameters are ignored but for names that may not be mapped at all
        // (recorded).
        let isProxy = integration.type == .awsProxy
        var forbidden = Self.forbiddenTarget(integration)
        var mappings: RequestParameterMappings?
        do throws(MappingExpressionError) {
            mappings = try RequestParameterMappings(
                isProxy || integration.subtype != nil ? [] : Self.withoutDropped(integration))
        } catch {
            forbidden = error.description
        }
        if let forbidden { note(forbidden) }
        self.forbiddenTarget = forbidden
        self.mappings = integration.requestParameters.isEmpty ? nil : mappings
        self.templates = integration.requestTemplates.map { StaticOrCompiledTemplate($0, note: note) }
        self.types = integration.requestTemplates.map(\.contentType)
        self.passthrough = integration.passthroughBehavior
        self.contentHandling = integration.contentHandling
    }

    private static let headerPrefix = "integration.request.header."

    private static func forbiddenTarget(_ integration: Integration) -> String? {
        for mapping in integration.requestParameters {
            guard let name = mapping.destination.removing(prefix: self.headerPrefix),
                IntegrationHeaders.fate(ofRequestHeader: name, type: integration.type) == .refused
            else { continue }
            return "the header \(name) can't be mapped to"
        }
        return nil
    }

    private static func withoutDropped(_ integration: Integration) -> [ParameterMapping] {
        integration.requestParameters.filter { mapping in
            guard let name = mapping.destination.removing(prefix: self.headerPrefix) else { return true }
            return IntegrationHeaders.fate(ofRequestHeader: name, type: integration.type) == .sent
        }
    }

    /// What the request becomes.
    struct Output {
        var parameters: RequestParameters
        var body: [UInt8]
        var overrides: MappingOverrides
        /// The body passed unchanged.
        var isPassthrough: Bool
        /// See ``StaticOrCompiledTemplate/staticStatus``.
        var staticStatus: Int?
    }

    func apply(_ context: RequestContext) throws(GatewayFault) -> Output {
        var output = Output(
            parameters: RequestParameters(), body: context.body, overrides: MappingOverrides(), isPassthrough: true)
        let contentType = context.request.headers.last("content-type")
        let selection = TemplateSelection.request(contentType: contentType, types: self.types, passthrough: self.passthrough)
        if selection == .refused { throw .unsupportedMediaType }
        let payload = try self.payload(context, contentType: contentType)
        var input: MappingInput?
        if let mappings {
            let made = context.mappingInput(body: payload.bytes)
            input = made
            output.parameters = try Self.mapping { () throws(MappingFailure) in try mappings.apply(made) }
        }
        if case .template(let index) = selection {
            guard case .text(let text) = payload else { throw .configurationError }
            let rendered = try self.templates[index].render(overrides: output.overrides) {
                input ?? context.mappingInput(body: text)
            }
            output.body = rendered.body
            output.overrides = rendered.overrides
            output.parameters.apply(rendered.overrides)
            output.isPassthrough = false
            output.staticStatus = self.templates[index].staticStatus
        } else {
            output.body = payload.bytes
        }
        return output
    }

    private func payload(_ context: RequestContext, contentType: String?) throws(GatewayFault) -> ContentConversion.Payload {
        let isBinary = context.api.binaryMediaTypes.contains(contentType.flatMap(BinaryMediaTypes.mediaType))
        do throws(ContentConversion.NotBase64) {
            return try ContentConversion.request(context.body, isBinary: isBinary, handling: self.contentHandling)
        } catch {
            throw .configurationError
        }
    }

    private static func mapping<Value>(_ map: () throws(MappingFailure) -> Value) throws(GatewayFault) -> Value {
        do throws(MappingFailure) { return try map() } catch { throw error.requestFault }
    }
}

extension ContentConversion.Payload {
    var bytes: [UInt8] {
        switch self {
        case .text(let bytes), .binary(let bytes): bytes
        }
    }
}

extension MappingFailure {
    /// On the way in a body that can't be read is the client's fault.
    var requestFault: GatewayFault {
        switch self {
        case .unreadableBody: .unreadableBody
        case .template, .noStatusCode: .configurationError
        }
    }
}

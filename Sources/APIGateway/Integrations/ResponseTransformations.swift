import CoreTypes

/// From the integration response to the method response of a REST API: selection, content handling, parameters, template.
struct ResponseTransformations: Sendable {
    final class Entry: Sendable {
        let pattern: TextPattern?
        let status: Int
        let mappings: ResponseParameterMappings?
        let literalHeaders: [HTTPHeader]?
        let templates: [StaticOrCompiledTemplate]
        let types: [String]
        let contentHandling: Integration.ContentHandling?
        /// The method declares a response of this status.
        let isDeclared: Bool

        init(
            pattern: TextPattern?, status: Int, mappings: ResponseParameterMappings?, literalHeaders: [HTTPHeader]?,
            templates: [StaticOrCompiledTemplate], contentHandling: Integration.ContentHandling?, isDeclared: Bool
        ) {
            self.pattern = pattern
            self.status = status
            self.mappings = mappings
            self.literalHeaders = literalHeaders
            self.templates = templates
            self.types = templates.map(\.contentType)
            self.contentHandling = contentHandling
            self.isDeclared = isDeclared
        }
    }

    /// What the backend gave.
    struct Source {
        /// What selection patterns are held against: the error message of a function, or a status; `nil` for a function that
        /// succeeded.
        var selector: String?
        var status: Int?
        var headers: [HTTPHeader] = []
        var body: [UInt8] = []
        var overrides = MappingOverrides()
        var isMock = false
    }

    private let entries: [Entry]
    private let defaultEntry: Int?
    /// Why no answer can be made as it is written: a pattern or a mapping that can't be read.
    let problem: String?

    static let none = ResponseTransformations(
        Integration(type: .mock), method: RestAPI.Method(httpMethod: "ANY", integration: Integration(type: .mock)), note: { _ in }
    )

    init(_ integration: Integration, method: RestAPI.Method, note: (String) -> Void) {
        var entries: [Entry] = []
        var defaultEntry: Int?
        var problems: [String] = []
        for response in integration.responses {
            var pattern: TextPattern?
            if let text = response.selectionPattern, !text.isEmpty {
                pattern = TextPattern(text)
                if pattern == nil { problems.append("the selection pattern \(text) is no regular expression") }
            } else if defaultEntry == nil {
                defaultEntry = entries.count
            }
            entries.append(Self.entry(response, pattern: pattern, method: method, &problems, note: note))
        }
        self.entries = entries
        self.defaultEntry = defaultEntry
        self.problem = problems.first
        problems.forEach(note)
    }

    private static func entry(
        _ response: IntegrationResponse, pattern: TextPattern?, method: RestAPI.Method, _ problems: inout [String],
        note: (String) -> Void
    ) -> Entry {
        // Only headers that the method response declares are set.
        let declaration = method.responses.first { $0.statusCode == response.statusCode }
        let declared = declaration?.headers.map { $0.name.lowercased() } ?? []
        let prefix = "method.response.header."
        let parameters = response.parameters.filter { mapping in
            mapping.destination.removing(prefix: prefix).map { declared.contains($0.lowercased()) } ?? true
        }
        var mappings: ResponseParameterMappings?
        do throws(MappingExpressionError) {
            mappings = try ResponseParameterMappings(parameters)
        } catch {
            problems.append(error.description)
        }
        var literals: [HTTPHeader]? = []
        for mapping in parameters {
            let (name, source) = (mapping.destination.removing(prefix: prefix), mapping.source)
            if let name, source.count >= 2, source.hasPrefix("'"), source.hasSuffix("'") {
                literals?.append(HTTPHeader(name, String(source.dropFirst().dropLast())))
            } else {
                literals = nil
            }
        }
        return Entry(
            pattern: pattern, status: Int(response.statusCode) ?? 200, mappings: mappings, literalHeaders: literals,
            templates: response.templates.map { StaticOrCompiledTemplate($0, note: note) },
            contentHandling: response.contentHandling, isDeclared: declaration != nil)
    }

    /// The entry for an answer; `nil` where nothing matches and there is no default.
    func entry(for source: Source) -> Entry? {
        if let selector = source.selector {
            let matching = self.entries.filter { $0.pattern?.matchesWhole(selector) ?? false }
            // A MOCK prefers the entry of its own status (measured); else the first in the order of the definition.
            if source.isMock, let exact = matching.first(where: { $0.status == source.status }) { return exact }
            if let first = matching.first { return first }
        }
        return self.defaultEntry.map { self.entries[$0] }
    }

    /// - Throws: `configurationError` where nothing matches, the method has no response of the status, a body can't be decoded or a template fails.
    func apply(_ source: Source, context: RequestContext) throws(GatewayFault) -> GatewayResponse {
        guard let entry = self.entry(for: source), entry.isDeclared else { throw .configurationError }
        let accept = context.request.headers.last("accept")
        var overrides = source.overrides
        var body = source.body
        var contentType = "application/json"
        var input: MappingInput?
        func mappingInput() -> MappingInput {
            let made = input ?? context.mappingInput(body: body, integrationHeaders: ValueLists(exact: source.headers))
            input = made
            return made
        }
        let payload = try self.payload(source, entry: entry, accept: accept, context: context)
        body = payload.bytes
        var headers: [HTTPHeader] = []
        if let literals = entry.literalHeaders {
            headers = literals
        } else if let mappings = entry.mappings {
            do throws(MappingFailure) { headers = try mappings.apply(mappingInput()) } catch { throw .configurationError }
        }
        if case .template(let index) = TemplateSelection.response(accept: accept, types: entry.types) {
            guard case .text = payload else { throw .configurationError }
            contentType = entry.templates[index].contentType
            let rendered: RenderedMapping
            do throws(GatewayFault) {
                rendered = try entry.templates[index].render(overrides: overrides, input: mappingInput)
            } catch {
                throw .configurationError
            }
            body = rendered.body
            overrides = rendered.overrides
        }
        for (name, values) in overrides.responseHeaders.entries.map({ ($0.name, $0.values) }) {
            headers.removeAll { $0.isNamed(name) }
            headers += values.filter(ResponseHeaders.isValue).map { HTTPHeader(name, $0) }
        }
        if headers.first("content-type") == nil { headers.append(HTTPHeader("Content-Type", contentType)) }
        return GatewayResponse(status: overrides.responseStatus ?? entry.status, headers: headers, body: .bytes(body))
    }

    private func payload(
        _ source: Source, entry: Entry, accept: String?, context: RequestContext
    ) throws(GatewayFault) -> ContentConversion.Payload {
        let types = context.api.binaryMediaTypes
        let contentType = source.headers.last("content-type").flatMap(BinaryMediaTypes.mediaType)
        do throws(ContentConversion.NotBase64) {
            return try ContentConversion.response(
                source.body, isBinary: types.contains(contentType),
                acceptsBinary: types.contains(accept.flatMap(BinaryMediaTypes.mediaType)), handling: entry.contentHandling)
        } catch {
            throw .configurationError
        }
    }
}

extension ValueLists {
    /// Header lines by their names as they are: names of integration responses are compared exactly.
    init(exact headers: [HTTPHeader]) {
        self.init()
        for header in headers { self.append(name: header.name, value: header.value, ignoringCase: false) }
    }
}

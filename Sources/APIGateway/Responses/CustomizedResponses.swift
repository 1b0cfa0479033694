/// The gateway's own answers as an API customizes them (API Gateway developer guide, "Gateway responses for REST APIs").
struct CustomizedResponses: Sendable {
    private enum Source: Sendable {
        case literal(String)
        case variable(PlainTemplate.Variable)
    }

    private struct Custom: Sendable {
        let status: Int?
        let headers: [(name: String, source: Source)]
        let templates: [(contentType: String, template: PlainTemplate)]

        init(_ response: RestAPI.GatewayResponse) {
            self.status = response.statusCode.flatMap { Int($0) }
            self.headers = response.parameters.compactMap { mapping in
                guard let name = mapping.destination.removing(prefix: "gatewayresponse.header."),
                    let source = Self.source(mapping.source)
                else { return nil }
                return (name, source)
            }
            self.templates = response.templates.map { ($0.contentType.lowercased(), PlainTemplate($0.template.text)) }
        }

        private static func source(_ text: String) -> Source? {
            if text.count >= 2, text.hasPrefix("'"), text.hasSuffix("'") { return .literal(String(text.dropFirst().dropLast())) }
            return PlainTemplate.source(text).map(Source.variable)
        }
    }

    private let custom: [GatewayResponseType: Custom]

    init(_ responses: [RestAPI.GatewayResponse]) {
        self.custom = Dictionary(responses.map { ($0.type, Custom($0)) }) { first, _ in first }
    }

    /// The answer to a fault of a request that found its method.
    func response(for fault: GatewayFault, in context: RequestContext) -> GatewayResponse {
        let identity = ResponseIdentity(door: context.api.door, stamp: context.stamp)
        let standard = identity.response(for: fault)
        guard let custom = self.custom(for: fault, status: standard.status) else { return standard }
        // Templates read it there.
        context.error = fault
        // A type that is customized takes nothing from the defaults: what it leaves out is built in.
        let status = custom.status ?? standard.status
        var response = GatewayResponse(status: status, headers: standard.headers, body: standard.body)
        if let (contentType, template) = Self.template(custom.templates, accept: context.request.headers.last("accept")) {
            response.body = .text(template.render { context.value($0) ?? "" })
            response.headers.replace("Content-Type", contentType)
        }
        for (name, source) in custom.headers {
            let value =
                switch source {
                case .literal(let text): text
                case .variable(let variable): context.value(variable)
                }
            // A source without a value adds no header.
            if let value, ResponseHeaders.isValue(value) { response.headers.replace(name, value) }
        }
        return response
    }

    /// Its own type, else the default of its class of status. Nothing changes a 413.
    private func custom(for fault: GatewayFault, status: Int) -> Custom? {
        guard !self.custom.isEmpty, let type = fault.responseType, type != .requestTooLarge else { return nil }
        return self.custom[type] ?? self.custom[status < 500 ? .default4XX : .default5XX]
    }

    /// For the client's `Accept`, else JSON, else the first.
    private static func template(
        _ templates: [(contentType: String, template: PlainTemplate)], accept: String?
    ) -> (contentType: String, template: PlainTemplate)? {
        let wanted = accept.flatMap(BinaryMediaTypes.mediaType)?.lowercased()
        return templates.first { $0.contentType == wanted } ?? templates.first { $0.contentType == "application/json" }
            ?? templates.first
    }
}

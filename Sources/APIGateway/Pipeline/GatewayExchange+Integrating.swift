import CoreTypes

extension GatewayExchange {
    /// What the answer that is awaited will be read as.
    enum Integrating {
        /// A proxied function, or a function URL's.
        case functionProxy(ProxyResponse.Contract)
        /// A function through templates.
        case function(MappingOverrides)
        /// A service or HTTP endpoint through templates. `link`: the target group behind the VPC link.
        case mapped(MappingOverrides, link: Target?)
        case httpProxy(link: Target?)
        /// HTTP APIs: a service's action, its answer handed on.
        case action
    }

    struct Target {
        let group: String
        let address: TargetAddress
    }

    /// Validation, then the integration request.
    func integrate(_ shared: GatewayState, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        try context.served.validation.check(context)
        if let response = self.cachedResponse(shared, at: now) { return self.finish(response, at: now) }
        self.integrationBegan = now
        let integration = context.served.integration
        switch integration.backend {
        case .functionProxy(let function, let format): return try self.invoke(function, format: format, context)
        case .function(let function): return try self.invokeMapped(function, context)
        case .service(let service, let method): return try self.call(service, method: method, context)
        case .action(let action):
            self.state = .integrating(.action)
            return .callService(try action.request(context, timeoutMilliseconds: integration.timeoutMilliseconds))
        case .http(let backend): return try self.send(to: backend, context, shared, at: now)
        case .httpProxy(let backend): return try self.pass(to: backend, context, shared, at: now)
        case .mock: return try self.mock(context, at: now)
        case .broken(let reason):
            self.executionLog?.failed(reason)
            throw .configurationError
        }
    }

    private func invoke(
        _ function: FunctionTarget, format: PayloadFormat, _ context: RequestContext
    ) throws(GatewayFault) -> GatewayAction {
        // A REST API knows format 1.0 only.
        let isVersion1 = context.isREST || format == .version1
        let event = isVersion1 ? ProxyEventV1.write(context) : ProxyEventV2.write(context)
        guard event.count <= GatewayLimits.eventBytes else { throw .payloadTooLarge }
        let contract: ProxyResponse.Contract
        if context.isREST {
            let accept = self.request.headers.last("accept").flatMap(BinaryMediaTypes.mediaType)
            contract = .rest(decodesBase64: context.api.binaryMediaTypes.contains(accept))
        } else {
            contract = isVersion1 ? .httpVersion1 : .version2(.http)
        }
        self.state = .integrating(.functionProxy(contract))
        self.executionLog?.endpointRequest(function, body: event, context)
        return .invoke(
            FunctionCall(
                functionName: function.name, qualifier: function.qualifier, payload: event,
                streams: context.served.integration.streams,
                timeoutMilliseconds: context.served.integration.timeoutMilliseconds))
    }

    private func invokeMapped(
        _ function: FunctionTarget, _ context: RequestContext
    ) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        guard made.body.count <= GatewayLimits.eventBytes else { throw .payloadTooLarge }
        let isEvent = made.parameters.header.entries.contains {
            equalIgnoringCase($0.name, "x-amz-invocation-type") && $0.values.last == "Event"
        }
        self.state = .integrating(.function(made.overrides))
        self.executionLog?.endpointRequest(function, body: made.body, context)
        return .invoke(
            FunctionCall(
                functionName: function.name, qualifier: function.qualifier, payload: made.body, isAsynchronous: isEvent,
                timeoutMilliseconds: context.served.integration.timeoutMilliseconds))
    }

    func transform(_ context: RequestContext) throws(GatewayFault) -> RequestTransformation.Output {
        do throws(GatewayFault) {
            return try context.served.integration.request.apply(context)
        } catch {
            if error == .configurationError { self.executionLog?.failed("Unable to transform request") }
            throw error
        }
    }

    /// The method's answer by the integration response that matches.
    func transform(
        _ source: ResponseTransformations.Source, _ context: RequestContext
    ) throws(GatewayFault) -> GatewayResponse {
        let responses = context.served.integration.responses
        do throws(GatewayFault) {
            return try responses.apply(source, context: context)
        } catch {
            self.executionLog?.failed(Self.reason(responses.entry(for: source), source))
            throw error
        }
    }

    /// Why an answer could not be made of an integration response, in the service's words where they are known.
    private static func reason(_ entry: ResponseTransformations.Entry?, _ source: ResponseTransformations.Source) -> String {
        guard let entry else {
            return "No match for output mapping and no default output mapping configured. "
                + "Endpoint Response Status Code: \(source.status ?? 200)"
        }
        return entry.isDeclared
            ? "Unable to transform response" : "Output mapping refers to an invalid method response: \(entry.status)"
    }

    private func mock(_ context: RequestContext, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        let status: Int
        do throws(MappingFailure) {
            guard !made.isPassthrough else { throw .noStatusCode }
            status = if let known = made.staticStatus { known } else { try MockIntegration.statusCode(of: made.body) }
        } catch {
            self.executionLog?.failed("Unable to parse statusCode. It should be an integer and defined in request template.")
            throw .configurationError
        }
        // What the request template wrote to the overrides is seen by the response's; the body is not.
        let source = ResponseTransformations.Source(
            selector: String(status), status: status, overrides: made.overrides, isMock: true)
        let response = try self.transform(source, context)
        return self.finish(self.mapped(response), at: now)
    }

    private func call(
        _ service: ServiceTarget, method: String, _ context: RequestContext
    ) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        var headers = [HTTPHeader("Accept", "application/json"), HTTPHeader("Content-Type", self.contentType)]
        for entry in made.parameters.header.entries { headers.replace(entry.name, entry.values.joined(separator: ",")) }
        var target: String
        var query = BackendTarget.query(made.parameters.querystring)
        switch service.call {
        case .path(let path):
            target = "/" + BackendTarget.path(path) { made.parameters.path.last($0) }
        case .action(let action):
            target = "/"
            query = "Action=\(action)" + (query.isEmpty ? "" : "&\(query)")
        }
        if !query.isEmpty { target += (target.contains("?") ? "&" : "?") + query }
        self.state = .integrating(.mapped(made.overrides, link: nil))
        return .callService(
            ServiceRequest(
                service: service.service, region: service.region, method: method == "ANY" ? context.verb : method, target: target,
                headers: headers, body: made.body, timeoutMilliseconds: context.served.integration.timeoutMilliseconds))
    }

    var contentType: String { self.request.headers.last("content-type") ?? "application/json" }
}

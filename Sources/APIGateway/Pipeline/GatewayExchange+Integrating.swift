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
    mutating func integrate(_ shared: inout GatewayState, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        try context.served.validation.check(context)
        self.integrationBegan = now
        let integration = context.served.integration
        switch integration.backend {
        case .functionProxy(let function, let format): return try self.invoke(function, format: format, context)
        case .function(let function): return try self.invokeMapped(function, context)
        case .service(let service, let method): return try self.call(service, method: method, context)
        case .action(let action):
            self.state = .integrating(.action)
            return .callService(try action.request(context, timeoutMilliseconds: integration.timeoutMilliseconds))
        case .http(let backend): return try self.send(to: backend, context, &shared, at: now)
        case .httpProxy(let backend): return try self.pass(to: backend, context, &shared, at: now)
        case .mock: return try self.mock(context, at: now)
        case .broken(let reason):
            self.executionLog?.failed(reason)
            throw .configurationError
        }
    }

    private mutating func invoke(
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

    private mutating func invokeMapped(
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

    private mutating func transform(_ context: RequestContext) throws(GatewayFault) -> RequestTransformation.Output {
        try context.served.integration.request.apply(context)
    }

    private mutating func mock(_ context: RequestContext, at now: Timestamp) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        guard !made.isPassthrough else { throw .configurationError }
        let status: Int
        do throws(MappingFailure) {
            status = try MockIntegration.statusCode(of: made.body)
        } catch {
            self.executionLog?.failed("Unable to parse statusCode. It should be an integer and defined in request template.")
            throw .configurationError
        }
        // What the request template wrote to the overrides is seen by the response's; the body is not.
        let source = ResponseTransformations.Source(
            selector: String(status), status: status, overrides: made.overrides, isMock: true)
        let response = try context.served.integration.responses.apply(source, context: context)
        return self.finish(self.mapped(response), at: now)
    }

    private mutating func call(
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

    private var contentType: String { self.request.headers.last("content-type") ?? "application/json" }
}

// HTTP endpoints.
extension GatewayExchange {
    /// HTTP: mapped data only, and the defaults recorded on AWS.
    private mutating func send(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: inout GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        var headers = [
            HTTPHeader("Host", backend.authority), HTTPHeader("Accept", "application/json"),
            HTTPHeader("Content-Type", self.contentType), HTTPHeader("User-Agent", "AmazonAPIGateway_\(context.api.id)"),
            HTTPHeader("X-Amzn-Apigateway-Api-Id", context.api.id), HTTPHeader(TraceHeader.name, self.trace.forwarded),
        ]
        for entry in made.parameters.header.entries { headers.replace(entry.name, entry.values.joined(separator: ",")) }
        let path = backend.path { made.parameters.path.last($0).map(PercentEncoding.encodePath) }
        let queries = [backend.query.map(String.init) ?? "", BackendTarget.query(made.parameters.querystring)]
        return try self.request(
            backend, target: BackendTarget.join(path, queries), headers: headers, body: made.body,
            integrating: { .mapped(made.overrides, link: $0) }, context, &shared, at: now)
    }

    /// HTTP_PROXY: the client's request, with the mapped parameters in it.
    private mutating func pass(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: inout GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        context.isREST
            ? try self.passREST(to: backend, context, &shared, at: now)
            : try self.passHTTP(to: backend, context, &shared, at: now)
    }

    private mutating func passREST(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: inout GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        // The client's Host and Content-Encoding stay behind (recorded from AWS).
        var headers = context.headers.filter { !$0.isNamed("host") && !$0.isNamed("content-encoding") }
        headers.insert(HTTPHeader("Host", backend.authority), at: 0)
        headers.append(HTTPHeader("x-amzn-apigateway-api-id", context.api.id))
        for entry in made.parameters.header.entries { headers.replace(entry.name, entry.values.joined(separator: ",")) }
        let mapped = made.parameters.querystring
        var queries = [backend.query.map(String.init) ?? ""]
        if mapped.isEmpty {
            queries.append(String(context.target.query ?? ""))
        } else {
            let own = context.query.entries.filter { mapped[$0.name] == nil }
            queries += [BackendTarget.query(mapped), BackendTarget.query(ValueLists(own.map { ($0.name, $0.values) }))]
        }
        let path = backend.path { made.parameters.path.last($0).map(PercentEncoding.encodePath) }
        return try self.request(
            backend, target: BackendTarget.join(path, queries), headers: headers, body: made.body,
            integrating: { .httpProxy(link: $0) }, context, &shared, at: now)
    }

    private mutating func passHTTP(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: inout GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let mappings = context.served.integration.httpMappings
        func parameter(_ name: String) -> String? { context.pathParameters.first { $0.name == name }.map { String($0.value) } }
        // A listener's ARN says no path: the request's own, stage included, goes on.
        var path = backend.takesRequestPath ? String(context.target.path) : backend.path(parameter)
        var headers = context.headers.filter { !$0.isNamed("host") && !$0.isNamed("content-length") }
        var queries = [backend.query.map(String.init) ?? "", String(context.target.query ?? "")]
        if mappings.changesRequests {
            var mapped = MappedHTTPRequest(path: path, querystring: context.query, headers: headers)
            try mappings.apply(to: &mapped, context: context)
            (path, headers) = (mapped.path, mapped.headers)
            if mapped.querystring != context.query { queries[1] = BackendTarget.query(mapped.querystring) }
        }
        let host = backend.takesRequestPath ? context.domainName : backend.authority
        headers.insert(HTTPHeader("Host", host), at: 0)
        return try self.request(
            backend, target: BackendTarget.join(path, queries), headers: headers, body: self.body,
            integrating: { .httpProxy(link: $0) }, context, &shared, at: now)
    }

    private mutating func request(
        _ backend: HTTPBackend, target: String, headers: [HTTPHeader], body: [UInt8], integrating: (Target?) -> Integrating,
        _ context: RequestContext, _ shared: inout GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let method = backend.method ?? context.verb
        var link: Target?
        switch backend.connection {
        case .internet: break
        case .link(let id, let balancer):
            guard
                let listener = self.gateway.links.listener(
                    link: StageVariables.resolve(id, context.stage.variables), target: balancer, port: backend.port)
            else { throw .linkUnavailable }
            link = try self.target(of: listener.defaultActions, &shared)
        case .listener(let arn):
            guard let (listener, kind) = self.gateway.links.listener(arn: arn) else { throw .linkUnavailable }
            let question = ListenerRouting.Request(
                method: method, host: context.domainName, path: target.split(separator: "?").first.map(String.init) ?? "/",
                query: context.query, headers: headers, sourceIP: self.request.sourceIP)
            let actions = kind == .network ? listener.defaultActions : ListenerRouting.actions(of: listener, for: question)
            if let response = ListenerRouting.response(actions, listener, question, rawQuery: context.target.query ?? "") {
                return self.finish(self.proxied(response), at: now)
            }
            link = try self.target(of: actions, &shared)
        }
        let address = link?.address ?? TargetAddress(host: backend.host, port: backend.port)
        self.state = .integrating(integrating(link))
        self.executionLog?.endpointRequest(
            "\(backend.scheme)://\(backend.authority)\(target)", headers: headers, body: body)
        return .sendHTTP(
            BackendRequest(
                method: method, scheme: backend.scheme, address: address, target: target, headers: headers, body: body,
                tls: backend.tls, serverName: backend.tls?.serverName ?? backend.host,
                timeoutMilliseconds: context.served.integration.timeoutMilliseconds, targetGroupARN: link?.group))
    }

    private func target(
        of actions: [LoadBalancer.Action], _ shared: inout GatewayState
    ) throws(GatewayFault) -> Target {
        for action in actions {
            if case .forward(let groups) = action, let found = shared.loadBalancers.target(of: groups) {
                return Target(group: found.group, address: found.target)
            }
        }
        throw .linkUnavailable
    }
}

/// Paths and queries of backend requests.
enum BackendTarget {
    static func query(_ lists: ValueLists) -> String {
        lists.entries.flatMap { entry in
            entry.values.map { PercentEncoding.encode(entry.name) + "=" + PercentEncoding.encode($0) }
        }.joined(separator: "&")
    }

    static func join(_ path: String, _ queries: [String]) -> String {
        let query = queries.filter { !$0.isEmpty }.joined(separator: "&")
        let path = path.hasPrefix("/") ? path : "/" + path
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    /// `{name}` in a service's path.
    static func path(_ path: String, _ value: (String) -> String?) -> String {
        var text = ""
        var rest = path[...]
        while let opening = rest.firstIndex(of: "{"), let closing = rest[opening...].firstIndex(of: "}") {
            text += rest[..<opening]
            text += value(String(rest[rest.index(after: opening)..<closing])) ?? String(rest[opening...closing])
            rest = rest[rest.index(after: closing)...]
        }
        return text + rest
    }
}

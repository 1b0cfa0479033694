import CoreTypes

// HTTP endpoints.
extension GatewayExchange {
    /// HTTP: mapped data only, and the defaults recorded on AWS.
    func send(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let made = try self.transform(context)
        var headers = [
            HTTPHeader("Host", backend.authority), HTTPHeader("Accept", "application/json"),
            HTTPHeader("Content-Type", self.contentType), HTTPHeader("User-Agent", "AmazonAPIGateway_\(context.api.id)"),
            HTTPHeader("X-Amzn-Apigateway-Api-Id", context.api.id), HTTPHeader(TraceHeader.name, self.trace.forwarded),
        ]
        for entry in made.parameters.header.entries { headers.replace(entry.name, entry.values.joined(separator: ",")) }
        let path = backend.path { made.parameters.path.last($0).map(PercentEncoding.encodeMappedPath) }
        let queries = [backend.query.map(String.init) ?? "", BackendTarget.query(made.parameters.querystring)]
        return try self.request(
            backend, target: BackendTarget.join(path, queries), headers: headers, body: made.body,
            integrating: { .mapped(made.overrides, link: $0) }, context, shared, at: now)
    }

    /// HTTP_PROXY: the client's request, with the mapped parameters in it.
    func pass(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        context.isREST
            ? try self.passREST(to: backend, context, shared, at: now)
            : try self.passHTTP(to: backend, context, shared, at: now)
    }

    private func passREST(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: GatewayState, at now: Timestamp
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
        let path = backend.path { made.parameters.path.last($0).map(PercentEncoding.encodeMappedPath) }
        return try self.request(
            backend, target: BackendTarget.join(path, queries), headers: headers, body: made.body,
            integrating: { .httpProxy(link: $0) }, context, shared, at: now)
    }

    private func passHTTP(
        to backend: HTTPBackend, _ context: RequestContext, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let mappings = context.served.integration.httpMappings
        func parameter(_ name: String) -> String? {
            context.pathParameters.first { $0.name == name }.map { Self.reencoded($0.value) }
        }
        // A listener's ARN says no path: the request's own, stage included, goes on.
        var path =
            backend.takesRequestPath ? Self.reencoded(HTTPAPIPath.routed(context.target.path)) : backend.path(parameter)
        var headers = context.headers.filter { !$0.isNamed("host") && !$0.isNamed("content-length") }
        var queries = [backend.query.map(String.init) ?? "", String(context.target.query ?? "")]
        if mappings.changesRequests {
            var mapped = MappedHTTPRequest(path: path, querystring: context.query, headers: headers)
            try mappings.apply(to: &mapped, context: context)
            if mapped.path != path { path = PercentEncoding.encodeMappedPath(mapped.path) }
            headers = mapped.headers
            if mapped.querystring != context.query { queries[1] = BackendTarget.query(mapped.querystring) }
        }
        // A mapping may name another host.
        if headers.first("host") == nil {
            headers.insert(HTTPHeader("Host", backend.takesRequestPath ? context.domainName : backend.authority), at: 0)
        }
        return try self.request(
            backend, target: BackendTarget.join(path, queries), headers: headers, body: self.body,
            integrating: { .httpProxy(link: $0) }, context, shared, at: now)
    }

    /// Decoded for the second time, as functions see it, and encoded where no path could hold it.
    private static func reencoded(_ routed: Substring) -> String {
        PercentEncoding.encodeMappedPath(PercentEncoding.decode(routed, plusIsSpace: false))
    }

    private func request(
        _ backend: HTTPBackend, target: String, headers: [HTTPHeader], body: [UInt8], integrating: (Target?) -> Integrating,
        _ context: RequestContext, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let method = backend.method ?? context.verb
        var security = backend.security(default: context.domainName)
        var link: Target?
        switch backend.connection {
        case .internet: break
        case .link(let id, let balancer):
            guard
                let listener = self.gateway.links.listener(
                    link: StageVariables.resolve(id, context.stage.variables), target: balancer, port: backend.port)
            else { throw .linkUnavailable }
            let target = try self.target(of: listener.defaultActions, shared)
            security = try self.gateway.links.security(from: security, behind: listener, group: target.group)
            link = target
        case .listener(let arn):
            guard let (listener, kind) = self.gateway.links.listener(arn: arn) else { throw .linkUnavailable }
            let question = ListenerRouting.Request(
                method: method, host: context.domainName, path: target.split(separator: "?").first.map(String.init) ?? "/",
                query: context.query, headers: headers, sourceIP: self.request.sourceIP)
            let actions = kind == .network ? listener.defaultActions : ListenerRouting.actions(of: listener, for: question)
            if let response = ListenerRouting.response(actions, listener, question, rawQuery: context.target.query ?? "") {
                return self.finish(self.proxied(response), at: now)
            }
            let target = try self.target(of: actions, shared)
            security = try self.gateway.links.security(from: security, behind: listener, group: target.group)
            link = target
        }
        let address = link?.address ?? TargetAddress(host: backend.host, port: backend.port)
        self.state = .integrating(integrating(link))
        self.executionLog?.endpointRequest(
            "\(backend.scheme)://\(backend.authority)\(target)", headers: headers, body: body)
        return .sendHTTP(
            BackendRequest(
                method: method, security: security, address: address, target: target, headers: headers, body: body,
                timeoutMilliseconds: context.served.integration.timeoutMilliseconds, targetGroupARN: link?.group))
    }

    private func target(
        of actions: [LoadBalancer.Action], _ shared: GatewayState
    ) throws(GatewayFault) -> Target {
        for action in actions {
            guard case .forward(let groups) = action else { continue }
            let found = shared.changeLoadBalancers { $0.target(of: groups) }
            if let found { return Target(group: found.group, address: found.target) }
        }
        throw .linkUnavailable
    }
}

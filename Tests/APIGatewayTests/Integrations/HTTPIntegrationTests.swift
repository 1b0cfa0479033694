import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 3.1, 3.2, 3.6 and 14.
@Suite("HTTP integrations")
struct HTTPIntegrationTests {
    static func gateway(
        _ type: Integration.Kind, _ uri: String, path: String = "/{proxy+}", method: String = "ANY",
        parameters: [ParameterMapping] = [], responses: [IntegrationResponse] = [IntegrationResponse(statusCode: "200")],
        change: (inout Integration) -> Void = { _ in }
    ) -> Gateway {
        var integration = Integration(type: type, httpMethod: method, uri: uri)
        integration.requestParameters = parameters
        integration.responses = responses
        change(&integration)
        return Gateway(restMethod("ANY", path, integration: integration, stage: { $0.variables = ["host": "example.com"] }))
    }

    static let greedy = [ParameterMapping("integration.request.path.proxy", "method.request.path.proxy")]

    @Test("HTTP sends mapped data only, with the defaults recorded on AWS")
    func defaults() throws {
        var drive = Self.gateway(.http, "http://example.com:8080/a", method: "POST").drive(
            "GET", "/stage/x?q=1", headers: [("X-Own", "1"), ("Accept", "text/xml")])
        let request = try drive.start().backendRequest
        #expect(request.method == "POST" && request.target == "/a" && request.security == nil)
        #expect(request.address == TargetAddress(host: "example.com", port: 8080))
        #expect(
            request.headers.map(\.name) == [
                "Host", "Accept", "Content-Type", "User-Agent", "X-Amzn-Apigateway-Api-Id", "X-Amzn-Trace-Id",
            ])
        #expect(request.headers.last("host") == "example.com:8080" && request.headers.last("accept") == "application/json")
        #expect(request.headers.last("user-agent") == "AmazonAPIGateway_rest000000")
        #expect(request.timeoutMilliseconds == 29_000)
    }

    @Test("mapped path, query and header parameters; a missing source adds nothing")
    func mapped() throws {
        let gateway = Self.gateway(
            .http, "https://${stageVariables.host}/v/{id}/{other}?fixed=1", path: "/x/{id}",
            parameters: [
                ParameterMapping("integration.request.path.id", "method.request.path.id"),
                ParameterMapping("integration.request.querystring.q", "method.request.querystring.p"),
                ParameterMapping("integration.request.querystring.none", "method.request.querystring.none"),
                ParameterMapping("integration.request.header.Accept", "'text/plain'"),
            ])
        var drive = gateway.drive("GET", "/stage/x/7?p=a%20b")
        let request = try drive.start().backendRequest
        #expect(request.target == "/v/7/{other}?fixed=1&q=a%20b")
        #expect(request.headers.filter { $0.isNamed("accept") }.map(\.value) == ["text/plain"])
        #expect(request.address.port == 443 && request.security == BackendSecurity(serverName: "example.com"))
    }

    @Test("HTTP_PROXY passes method, path, query, headers and body; Host and Content-Encoding stay behind")
    func proxy() throws {
        var drive = Self.gateway(.httpProxy, "http://example.com/{proxy}", parameters: Self.greedy).drive(
            "PUT", "/stage/a/b%20c?x=1&x=2",
            headers: [("Host", "h:3000"), ("X-Own", "1"), ("Content-Encoding", "identity"), ("TE", "x")],
            body: [1, 2])
        let request = try drive.start().backendRequest
        #expect(request.method == "PUT" && request.target == "/a/b%20c?x=1&x=2" && request.body == Array("\u{1}\u{2}".utf8))
        #expect(request.headers.filter { $0.isNamed("host") }.map(\.value) == ["example.com"])
        #expect(request.headers.last("x-own") == "1" && request.headers.last("content-encoding") == nil)
        #expect(request.headers.last("te") == nil && request.headers.last("x-forwarded-for") == "203.0.113.24")
    }

    /// `%2F` reaches endpoints as `/` (ustayready/fireprox issue 44), so that clients encode it twice to get it through.
    @Test(
        "path variables are decoded once and go out as a path can; a query that nothing maps goes as it came",
        arguments: [
            ("a%2Fb", "a/b"), ("a%252Fb", "a%2Fb"), ("a%20b+c", "a%20b+c"), ("%EC%84%B8%EA%B3%84", "%EC%84%B8%EA%B3%84"),
            ("100%25", "100%25"), ("a%3Fb%23c", "a%3Fb%23c"), ("%7Bx%7D", "%7Bx%7D"),
        ])
    func pathVariables(sent: String, received: String) throws {
        let query = "?q=a%2Fb%20c+d&q=%EA%B0%92&e="
        var greedy = Self.gateway(.httpProxy, "http://example.com/v/{proxy}", parameters: Self.greedy).drive(
            "GET", "/stage/x/" + sent + query)
        #expect(try greedy.start().backendRequest.target == "/v/x/\(received)\(query)")
        let parameters = [ParameterMapping("integration.request.path.id", "method.request.path.name")]
        var single = Self.gateway(.http, "http://example.com/v/{id}/z", path: "/{name}", parameters: parameters).drive(
            "GET", "/stage/" + sent + query)
        #expect(try single.start().backendRequest.target == "/v/\(received)/z")
    }

    /// Decoded twice, as all paths of HTTP APIs (see `HTTPRoutingTests.captures`).
    @Test(
        "HTTP APIs: path variables go out as functions would see them",
        arguments: [
            ("a%2Fb", "a/b"), ("a%252Fb", "a/b"), ("a%20b+c", "a%20b+c"), ("%EC%84%B8%EA%B3%84", "%EC%84%B8%EA%B3%84"),
            ("100%2525", "100%25"), ("a%253Fb", "a%3Fb"),
        ])
    func httpPathVariables(sent: String, received: String) throws {
        let query = "?q=a%2Fb%20c+d&q=%EA%B0%92&e="
        let request = try Gateway(Self.httpAPI()).decide("GET", "/x/" + sent + query).backendRequest
        #expect(request.target == "/v/x/\(received)\(query)")
    }

    /// Quotas of both kinds: "Integration timeout" and "Maximum integration timeout".
    @Test("an endpoint has 29 s, of an HTTP API 30 s, unless the integration says less")
    func timeouts() throws {
        func milliseconds(_ gateway: Gateway, _ target: String) throws -> Int {
            try gateway.decide("GET", target).backendRequest.timeoutMilliseconds
        }
        #expect(try milliseconds(Self.gateway(.httpProxy, "http://example.com/"), "/stage/x") == 29_000)
        #expect(try milliseconds(Self.gateway(.http, "http://example.com/"), "/stage/x") == 29_000)
        #expect(try milliseconds(Gateway(Self.httpAPI()), "/x") == 30_000)
        #expect(try milliseconds(Gateway(Self.httpAPI { $0.timeoutMilliseconds = 50 }), "/x") == 50)
    }

    @Test("a mapped header replaces the client's; mapped queries stand beside the client's others")
    func merge() throws {
        let gateway = Self.gateway(
            .httpProxy, "http://example.com/?u=0",
            parameters: [
                ParameterMapping("integration.request.header.X-Own", "'mapped'"),
                ParameterMapping("integration.request.header.Via", "'dropped'"),
                ParameterMapping("integration.request.querystring.a", "'2'"),
            ])
        var drive = gateway.drive("GET", "/stage/x?a=1&b=3", headers: [("x-own", "client")])
        let request = try drive.start().backendRequest
        #expect(request.target == "/?u=0&a=2&b=3")
        #expect(request.headers.filter { $0.isNamed("x-own") }.map(\.value) == ["mapped"])
        #expect(request.headers.last("via") == nil)
    }

    @Test("HTTP_PROXY hands status and headers on, remapped; HTTP takes the default entry for any status")
    func responses() throws {
        let answer = BackendAnswer(
            status: 400,
            headers: [
                HTTPHeader("Server", "s"), HTTPHeader("Via", "v"), HTTPHeader("Content-Encoding", "gzip"), HTTPHeader("X-A", "1"),
                HTTPHeader("x-amzn-requestid", "r"),
            ], body: Array("no".utf8))
        var proxy = Self.gateway(.httpProxy, "http://example.com/").drive("GET", "/stage/x")
        _ = proxy.start()
        let passed = try proxy.resume(.backendAnswered(answer)).response
        #expect(passed.status == 400 && passed.text == "no")
        #expect(
            passed.lines.prefix(3) == ["x-amzn-Remapped-Server: s", "X-A: 1", "x-amzn-Remapped-x-amzn-requestid: r"])
        #expect(passed.values("X-Amzn-Trace-Id").isEmpty)
        var http = Self.gateway(.http, "http://example.com/").drive("GET", "/stage/x")
        _ = http.start()
        let mapped = try http.resume(.backendAnswered(answer)).response
        #expect(mapped.status == 200 && mapped.text == "no" && mapped.values("X-A").isEmpty)
    }

    @Test(
        "what can go wrong with a backend",
        arguments: [
            (.unresolvable, 500, "Internal server error"), (.refused, 500, "Internal server error"),
            (.tlsRefused, 500, "Internal server error"), (.badAnswer, 504, "Internal server error"),
            (.timedOut, 504, "Endpoint request timed out"), (.tooLarge, 413, "Request Too Long"),
        ] as [(BackendFailure, Int, String)])
    func failures(failure: BackendFailure, status: Int, message: String) throws {
        var drive = Self.gateway(.httpProxy, "http://example.com/").drive("GET", "/stage/x")
        _ = drive.start()
        let response = try drive.resume(.backendFailed(failure)).response
        #expect(response.status == status && response.text.contains(message))
    }

    @Test(
        "ports that AWS doesn't take are refused", arguments: ["http://h:22/", "http://h:1023/", "http://h:65536/", "http:///a"])
    func ports(uri: String) throws {
        let gateway = Self.gateway(.httpProxy, uri)
        #expect(!gateway.problems.isEmpty)
        #expect(try gateway.refusal("GET", "/stage/x").status == 500)
    }

    static func httpAPI(_ change: (inout Integration) -> Void = { _ in }, stage: String = "$default") -> HTTPAPI {
        var integration = Integration(type: .httpProxy, httpMethod: "ANY", uri: "http://example.com/v/{proxy}")
        change(&integration)
        return HTTPAPI(
            id: "http000000", name: "h", stages: [HTTPAPI.Stage(name: stage)],
            routes: [HTTPAPI.Route(method: "ANY", path: "/{proxy+}", integration: integration)])
    }

    @Test("HTTP APIs: path variables, parameter mapping both ways")
    func mapping() throws {
        let api = Self.httpAPI {
            $0.requestParameters = [
                ParameterMapping("append:header.X-Id", "$context.apiId"), ParameterMapping("overwrite:path", "/other"),
                ParameterMapping("remove:querystring.secret", "''"),
            ]
            $0.responseParameters = [
                ResponseParameters(
                    statusCode: "500",
                    mappings: [
                        ParameterMapping("overwrite:statuscode", "403"),
                        ParameterMapping("append:header.X-More", "$response.header.X-A"),
                    ])
            ]
        }
        let gateway = Gateway(api)
        #expect(gateway.problems.isEmpty)
        var drive = gateway.drive("GET", "/a?b=1&secret=2")
        let request = try drive.start().backendRequest
        #expect(request.target == "/other?b=1" && request.headers.last("x-id") == "http000000")
        let answer = BackendAnswer(status: 500, headers: [HTTPHeader("X-A", "1")], body: [])
        let response = try drive.resume(.backendAnswered(answer)).response
        #expect(response.status == 403 && response.values("X-More") == ["1"])
    }

    /// Developer guide, "Transform API requests and responses for HTTP APIs": `$request.path` is without the stage, and `Host` is
    /// not among the reserved headers.
    @Test("HTTP APIs: a mapped path goes out as a path can, a mapped Host is the only one")
    func mappedPath() throws {
        let change = { (integration: inout Integration) in
            integration.requestParameters = [
                ParameterMapping("overwrite:path", "/새 길/${request.path}/%20"),
                ParameterMapping("overwrite:header.host", "example.org"),
            ]
        }
        let api = Self.httpAPI(change, stage: "v1")
        let request = try Gateway(api).decide("GET", "/v1/a/%EA%B0%95%0D%0Ax").backendRequest
        #expect(request.target == "/%EC%83%88%20%EA%B8%B8//a/%EA%B0%95%0D%0Ax/%20")
        #expect(request.headers.filter { $0.isNamed("host") }.map(\.value) == ["example.org"])
    }

    /// What can't be served as written is refused, never served with less.
    @Test("HTTP APIs: a mapping that can't be read is told, and its route refused")
    func unreadableMapping() throws {
        for change in [
            { $0.requestParameters = [ParameterMapping("append:header.a", "$request.nothing")] },
            { $0.responseParameters = [ResponseParameters(statusCode: "200", mappings: [ParameterMapping("append:path", "a")])] },
            { $0.responseParameters = [ResponseParameters(statusCode: "2xx", mappings: [])] },
        ] as [(inout Integration) -> Void] {
            let gateway = Gateway(Self.httpAPI(change))
            #expect(gateway.problems.count == 1)
            #expect(try gateway.refusal("GET", "/a/b").text == #"{"message":"Internal Server Error"}"#)
        }
    }

    @Test("HTTP APIs: failures are 503 Service Unavailable", arguments: BackendFailure.allCases)
    func unavailable(failure: BackendFailure) throws {
        var drive = Gateway(Self.httpAPI()).drive("GET", "/a")
        #expect(try drive.start().backendRequest.target == "/v/a")
        let response = try drive.resume(.backendFailed(failure)).response
        switch failure {
        case .timedOut, .badAnswer:
            #expect(response.status == 503 && response.text == #"{"message":"Service Unavailable"}"#)
        case .tooLarge: #expect(response.status == 413)
        case .unresolvable, .refused, .tlsRefused, .exhausted: #expect(response.status == 500)
        }
    }
}

/// The arrangement 1:1:1:N: one link, one balancer, a listener and a target group for each port.
@Suite("VPC links")
struct VPCLinkTests {
    static let ports = [8080, 8081, 8082]

    static func configuration(_ api: API) -> GatewayConfiguration {
        var configuration = GatewayConfiguration(apis: [api])
        var balancer = LoadBalancer(arn: "nlb", logicalID: "NLB", name: "nlb", kind: .network, dnsName: "nlb.local")
        for port in Self.ports {
            balancer.listeners.append(
                LoadBalancer.Listener(
                    arn: "listener\(port)", logicalID: "L\(port)", port: port, protocolName: "TCP",
                    defaultActions: [.forward([LoadBalancer.WeightedTargetGroup(arn: "group\(port)")])]))
            var group = TargetGroup(
                arn: "group\(port)", logicalID: "G\(port)", name: "g\(port)", protocolName: "TCP", port: port, targetType: .ip,
                healthCheck: TargetGroupTests.check())
            group.targets = [TargetGroup.Target(id: "127.0.0.1", port: port + 1_000), TargetGroup.Target(id: "127.0.0.2")]
            configuration.targetGroups.append(group)
        }
        configuration.loadBalancers = [balancer]
        configuration.vpcLinks = [VPCLink(id: "link1", logicalID: "Link", name: "link", kind: .loadBalancers(arns: ["nlb"]))]
        return configuration
    }

    static func rest(link: String = "link1", port: Int = 8081) -> API {
        var integration = Integration(type: .httpProxy, httpMethod: "ANY", uri: "http://service.example:\(port)/sprint")
        integration.connection = .vpcLink(id: link)
        return .rest(restMethod("ANY", "/sprint", integration: integration, stage: { $0.variables = ["link": "link1"] }))
    }

    static func state(_ configuration: GatewayConfiguration) -> GatewayState {
        let state = GatewayState()
        state.changeLoadBalancers { balancers in
            balancers.configure(configuration.targetGroups, at: testTime)
            for due in balancers.dueChecks(at: testTime) {
                balancers.checked(due.target, in: due.group, isGood: true, at: testTime)
            }
        }
        return state
    }

    @Test("the port of the URI chooses listener and group; the URI's host is the Host header, not the address")
    func addresses() throws {
        let configuration = Self.configuration(Self.rest())
        let gateway = Gateway(configuration)
        let state = Self.state(configuration)
        var hosts: Set<TargetAddress> = []
        for _ in 0..<2 {
            var drive = gateway.drive("GET", "/stage/sprint", state: state)
            let request = try drive.start().backendRequest
            #expect(request.headers.last("host") == "service.example:8081" && request.target == "/sprint")
            #expect(request.targetGroupARN == "group8081")
            hosts.insert(request.address)
        }
        #expect(hosts == [TargetAddress(host: "127.0.0.1", port: 9_081), TargetAddress(host: "127.0.0.2", port: 8_081)])
    }

    @Test("the link's id may be a stage variable")
    func stageVariable() throws {
        let configuration = Self.configuration(Self.rest(link: "${stageVariables.link}"))
        var drive = Gateway(configuration).drive("GET", "/stage/sprint", state: Self.state(configuration))
        #expect(try drive.start().backendRequest.targetGroupARN == "group8081")
    }

    @Test("no link, no listener, no target: 500 Internal server error")
    func unavailable() throws {
        for (api, hasTargets) in [(Self.rest(link: "none"), true), (Self.rest(port: 9_999), true), (Self.rest(), false)] {
            let configuration = Self.configuration(api)
            let state = hasTargets ? Self.state(configuration) : GatewayState()
            var drive = Gateway(configuration).drive("GET", "/stage/sprint", state: state)
            let response = try drive.start().response
            #expect(response.status == 500 && response.text == #"{"message": "Internal server error"}"#)
        }
    }

    @Test("refused connections turn a target unhealthy; then no request goes there")
    func passive() throws {
        let configuration = Self.configuration(Self.rest())
        let gateway = Gateway(configuration)
        let state = Self.state(configuration)
        let down = TargetAddress(host: "127.0.0.2", port: 8_081)
        var failures = 0
        for _ in 0..<12 {
            var drive = gateway.drive("GET", "/stage/sprint", state: state)
            if try drive.start().backendRequest.address == down {
                failures += 1
                #expect(try drive.resume(.backendFailed(.refused)).response.status == 500)
            } else {
                _ = drive.resume(.backendAnswered(BackendAnswer(status: 200, headers: [], body: [])))
            }
        }
        #expect(failures == 2)
    }

    static func listener(_ arn: String, stage: String = "$default") -> API {
        var integration = Integration(type: .httpProxy, httpMethod: "ANY", uri: arn)
        integration.connection = .vpcLink(id: "v2")
        return .http(
            HTTPAPI(
                id: "http000000", name: "h", stages: [HTTPAPI.Stage(name: stage)],
                routes: [HTTPAPI.Route(method: "ANY", path: "/{proxy+}", integration: integration)]))
    }

    static let listenerARN = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/alb/1/2"

    static func application(_ rules: [LoadBalancer.Rule], stage: String = "$default") -> GatewayConfiguration {
        var configuration = Self.configuration(Self.listener(Self.listenerARN, stage: stage))
        var balancer = LoadBalancer(arn: "alb", logicalID: "ALB", name: "alb", kind: .application, dnsName: "alb.local")
        var listener = LoadBalancer.Listener(
            arn: Self.listenerARN, logicalID: "L", port: 80, protocolName: "HTTP",
            defaultActions: [.fixedResponse(statusCode: "404", contentType: "text/plain", body: "nobody")])
        listener.rules = rules
        balancer.listeners = [listener]
        configuration.loadBalancers.append(balancer)
        return configuration
    }

    static func rule(_ conditions: [LoadBalancer.Condition], _ actions: [LoadBalancer.Action]) -> LoadBalancer.Rule {
        LoadBalancer.Rule(arn: "r", priority: 1, conditions: conditions, actions: actions)
    }

    @Test("HTTP APIs: ALB rules by path; the path includes the stage unless it is $default")
    func albRules() throws {
        let forward = LoadBalancer.Action.forward([LoadBalancer.WeightedTargetGroup(arn: "group8080")])
        let configuration = Self.application([Self.rule([.pathPattern(["/dev/orders/*"])], [forward])], stage: "dev")
        var drive = Gateway(configuration).drive("GET", "/dev/orders/1?a=2", state: Self.state(configuration))
        let request = try drive.start().backendRequest
        #expect(request.target == "/dev/orders/1?a=2" && request.targetGroupARN == "group8080")
        var other = Gateway(configuration).drive("GET", "/dev/x", state: Self.state(configuration))
        let response = try other.start().response
        #expect(response.status == 404 && response.text == "nobody")
    }

    @Test(
        "conditions",
        arguments: [
            (.hostHeader(["*.EXAMPLE.com"]), true), (.hostHeader(["other"]), false), (.httpRequestMethod(["GET"]), true),
            (.httpHeader(name: "x-a", values: ["v*"]), true), (.httpHeader(name: "x-b", values: ["*"]), false),
            (.queryString([.init(key: "k", value: "v?")]), true), (.queryString([.init(key: nil, value: "no")]), false),
            (.sourceIP(["203.0.113.0/24"]), true), (.pathPattern(["/A"]), false), (.pathPattern(["/?"]), true),
        ] as [(LoadBalancer.Condition, Bool)])
    func conditions(condition: LoadBalancer.Condition, holds: Bool) {
        var listener = LoadBalancer.Listener(arn: "l", logicalID: "l", port: 80, protocolName: "HTTP", defaultActions: [])
        listener.rules = [Self.rule([condition], [.fixedResponse(statusCode: "200", contentType: nil, body: nil)])]
        let request = ListenerRouting.Request(
            method: "GET", host: "a.example.com", path: "/a", query: ValueLists(query: "k=v1"),
            headers: [HTTPHeader("X-A", "value")],
            sourceIP: "203.0.113.24")
        #expect(ListenerRouting.actions(of: listener, for: request).isEmpty == !holds)
    }

    @Test("a redirect fills in its placeholders")
    func redirect() throws {
        var redirect = LoadBalancer.Redirect(statusCode: "HTTP_301")
        redirect.protocolName = "HTTPS"
        redirect.port = "443"
        redirect.path = "/new/#{path}"
        let configuration = Self.application([Self.rule([.pathPattern(["*"])], [.redirect(redirect)])])
        var drive = Gateway(configuration).drive(
            "GET", "/a?b=1", headers: [("Host", "api.example.com:3000")], state: Self.state(configuration))
        let response = try drive.start().response
        #expect(response.status == 301 && response.values("Location") == ["https://api.example.com/new/a?b=1"])
    }
}

/// Developer guide, "x-amazon-apigateway-integration.tlsConfig object"; Network Load Balancers guide, "TLS listeners"; Application
/// Load Balancers guide, "HTTPS listeners".
@Suite("TLS towards endpoints")
struct EndpointSecurityTests {
    private static func security(
        _ uri: String, tls: Integration.TLS? = nil, listener: String? = nil, group: String = "TCP"
    ) throws -> BackendSecurity? {
        var integration = Integration(type: .httpProxy, httpMethod: "ANY", uri: uri)
        integration.tls = tls
        if listener != nil { integration.connection = .vpcLink(id: "link1") }
        let api = API.rest(restMethod("ANY", "/sprint", integration: integration))
        var configuration = VPCLinkTests.configuration(api)
        configuration.loadBalancers[0].listeners[1].protocolName = listener ?? "TCP"
        configuration.targetGroups[1].protocolName = group
        var drive = Gateway(configuration).drive("GET", "/stage/sprint", state: VPCLinkTests.state(configuration))
        return try drive.start().backendRequest.security
    }

    @Test("https verifies authority, name and dates; insecureSkipVerification only name and dates")
    func internet() throws {
        #expect(try Self.security("http://a.example.com/") == nil)
        #expect(try Self.security("http://a.example.com/", tls: Integration.TLS(skipsVerification: true)) == nil)
        #expect(try Self.security("https://a.example.com:8443/") == BackendSecurity(serverName: "a.example.com"))
        #expect(
            try Self.security("https://a.example.com/", tls: Integration.TLS(skipsVerification: true))
                == BackendSecurity(serverName: "a.example.com", verification: .nameAndDates))
    }

    @Test("behind a link: a listener of TCP hands TLS on to the target")
    func passedOn() throws {
        let link = "https://service.example:8081/"
        #expect(try Self.security(link, listener: "TCP") == BackendSecurity(serverName: "service.example"))
        #expect(try Self.security("http://service.example:8081/", listener: "TCP") == nil)
    }

    @Test("behind a link: a listener of TLS ends it; its group says how targets are spoken to")
    func terminated() throws {
        let link = "https://service.example:8081/"
        #expect(try Self.security(link, listener: "TLS") == nil)
        #expect(
            try Self.security(link, listener: "TLS", group: "TLS")
                == BackendSecurity(serverName: "service.example", verification: .none))
        // Plain HTTP to a listener of TLS is no conversation.
        #expect(throws: Refused.self) { try Self.security("http://service.example:8081/", listener: "TLS") }
    }

    @Test("HTTP APIs: serverNameToVerify is asked for and verified; a plain ALB listener doesn't speak TLS")
    func serverName() throws {
        func security(listener: String, group: String) throws -> BackendSecurity? {
            let forward = LoadBalancer.Action.forward([LoadBalancer.WeightedTargetGroup(arn: "group8080")])
            var configuration = VPCLinkTests.application([VPCLinkTests.rule([.pathPattern(["*"])], [forward])])
            var api = VPCLinkTests.listener(VPCLinkTests.listenerARN)
            if case .http(var http) = api {
                http.routes[0].integration.tls = Integration.TLS(serverName: "inner.example.com")
                api = .http(http)
            }
            configuration.apis = [api]
            configuration.loadBalancers[1].listeners[0].protocolName = listener
            configuration.targetGroups[0].protocolName = group
            var drive = Gateway(configuration).drive("GET", "/x", state: VPCLinkTests.state(configuration))
            return try drive.start().backendRequest.security
        }
        #expect(try security(listener: "TCP", group: "TCP") == BackendSecurity(serverName: "inner.example.com"))
        #expect(try security(listener: "HTTPS", group: "HTTP") == nil)
        #expect(
            try security(listener: "HTTPS", group: "HTTPS")
                == BackendSecurity(serverName: "inner.example.com", verification: .none))
        #expect(throws: Refused.self) { try security(listener: "HTTP", group: "HTTP") }
    }
}

import CoreTypes

/// What a listener of a load balancer does with a request (Elastic Load Balancing user guide, "Listener rules for your
/// Application Load Balancer"). A network load balancer has no rules and forwards.
struct ListenerRouting {
    /// What rules look at.
    struct Request {
        var method: String
        var host: String
        var path: String
        var query: ValueLists
        var headers: [HTTPHeader]
        var sourceIP: String
    }

    /// The actions of the first rule, by priority, whose conditions all hold; else the default ones.
    static func actions(of listener: LoadBalancer.Listener, for request: Request) -> [LoadBalancer.Action] {
        listener.rules.first { rule in rule.conditions.allSatisfy { self.holds($0, request) } }?.actions
            ?? listener.defaultActions
    }

    /// The answer of a rule that forwards to nobody: a fixed response or a redirect.
    static func response(
        _ actions: [LoadBalancer.Action], _ listener: LoadBalancer.Listener, _ request: Request, rawQuery: Substring
    ) -> GatewayResponse? {
        for action in actions {
            switch action {
            case .forward: continue
            case .fixedResponse(let status, let contentType, let body):
                let headers = contentType.map { [HTTPHeader("Content-Type", $0)] } ?? []
                return GatewayResponse(status: Int(status) ?? 503, headers: headers, body: .text(body ?? ""))
            case .redirect(let redirect):
                let scheme = listener.protocolName == "HTTPS" ? "https" : "http"
                let (status, location) = self.location(
                    redirect, scheme: scheme, port: listener.port, request: request, rawQuery: String(rawQuery))
                return GatewayResponse(status: status, headers: [HTTPHeader("Location", location)], body: .text(""))
            }
        }
        return nil
    }

    private static func holds(_ condition: LoadBalancer.Condition, _ request: Request) -> Bool {
        func fits(_ text: String, _ patterns: [String], ignoringCase: Bool) -> Bool {
            let text = ignoringCase ? text.lowercased() : text
            return patterns.contains { Wildcards.match(text, pattern: ignoringCase ? $0.lowercased() : $0) }
        }
        switch condition {
        case .pathPattern(let patterns): return fits(request.path, patterns, ignoringCase: false)
        case .hostHeader(let patterns): return fits(request.host, patterns, ignoringCase: true)
        case .httpHeader(let name, let values):
            return request.headers.contains { $0.isNamed(name) && fits($0.value, values, ignoringCase: true) }
        case .httpRequestMethod(let methods): return methods.contains(request.method)
        case .queryString(let pairs):
            return pairs.contains { pair in
                request.query.entries.contains { entry in
                    (pair.key.map { fits(entry.name, [$0], ignoringCase: true) } ?? true)
                        && entry.values.contains { fits($0, [pair.value], ignoringCase: true) }
                }
            }
        case .sourceIP(let ranges): return ranges.contains { AddressRange($0)?.contains(request.sourceIP) ?? false }
        }
    }

    /// A redirect's status and `Location`, its placeholders filled in ("Redirect actions").
    private static func location(_ redirect: LoadBalancer.Redirect, scheme: String, port: Int, request: Request, rawQuery: String)
        -> (status: Int, location: String)
    {
        func fill(_ text: String) -> String {
            text.replacing("#{protocol}", with: scheme.uppercased()).replacing("#{host}", with: request.host)
                .replacing("#{port}", with: String(port)).replacing("#{path}", with: request.path.drop { $0 == "/" })
                .replacing("#{query}", with: rawQuery)
        }
        let protocolName = fill(redirect.protocolName).lowercased()
        let portText = fill(redirect.port)
        let isStandard = portText == (protocolName == "https" ? "443" : "80")
        let query = fill(redirect.query)
        let location =
            "\(protocolName)://\(fill(redirect.host))\(isStandard ? "" : ":\(portText)")\(fill(redirect.path))"
            + (query.isEmpty ? "" : "?\(query)")
        return (redirect.statusCode == "HTTP_301" ? 301 : 302, location)
    }
}

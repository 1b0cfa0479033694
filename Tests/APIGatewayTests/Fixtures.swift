import CoreTypes
import Testing

@testable import APIGateway

/// SplitMix64: the same numbers from the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// 21 November 2026, 05:47:00.123 UTC.
let testTime = Timestamp(milliseconds: 1_795_240_020_123)

func stamp(seed: UInt64 = 1) -> RequestStamp {
    var generator = SeededGenerator(state: seed)
    return RequestStamp(time: testTime, using: &generator)
}

/// A route to a function named after the route: `GET /a`.
func route(_ method: String?, _ path: String, _ payload: PayloadFormat = .version1) -> HTTPAPI.Route {
    let name = path == "$default" ? "$default" : "\(method ?? "ANY") \(path)"
    return HTTPAPI.Route(method: method, path: path, integration: .function(FunctionTarget(name: name), payload: payload))
}

/// A method for each route; the resources in the order of their first.
func restAPI(
    _ routes: [HTTPAPI.Route], stage: RestAPI.Stage = RestAPI.Stage(name: "stage"), id: String = "rest000000",
    binary: [String] = []
) -> API {
    var stage = stage
    stage.deploymentID = "dep123"
    var api = RestAPI(id: id, logicalID: "Rest", name: "rest", stages: [stage])
    for route in routes {
        let method = RestAPI.Method(httpMethod: route.method ?? "ANY", integration: route.integration)
        if let place = api.resources.firstIndex(where: { $0.path == route.path }) {
            api.resources[place].methods.append(method)
        } else {
            api.resources.append(
                RestAPI.Resource(
                    id: RestAPI.resourceID(apiID: id, path: route.path), path: route.path, methods: [method]))
        }
    }
    api.binaryMediaTypes = binary
    return .rest(api)
}

func httpAPI(
    _ routes: [HTTPAPI.Route], stages: [HTTPAPI.Stage] = [HTTPAPI.Stage(name: "$default")], id: String = "http000000"
) -> API {
    .http(HTTPAPI(id: id, logicalID: "Http", name: "http", stages: stages, routes: routes))
}

extension Gateway {
    func decide(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []
    ) -> Decision {
        var request = GatewayRequest(method: method, target: target, headers: headers.map { HTTPHeader($0, $1) })
        request.sourceIP = "203.0.113.24"
        request.port = 3000
        return body.withUnsafeBytes { self.route(request, body: $0, stamp: stamp()) }
    }

    func plan(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> InvocationPlan {
        let decision = self.decide(method, target, headers: headers, body: body)
        guard case .invoke(let plan) = decision else {
            throw Refused(decision: "\(decision)")
        }
        return plan
    }

    func refusal(_ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []) throws
        -> GatewayResponse
    {
        guard case .respond(let response) = self.decide(method, target, headers: headers, body: body) else {
            throw Refused(decision: "an invocation")
        }
        return response
    }
}

struct Refused: Error { let decision: String }

extension InvocationPlan {
    var json: JSON { get throws { try JSON(parsing: self.event) } }

    func answer(_ payload: String) -> GatewayResponse { self.answer(Array(payload.utf8)) }

    func answer(_ payload: [UInt8]) -> GatewayResponse {
        payload.withUnsafeBytes { self.response(for: .success($0)) }
    }
}

extension GatewayResponse {
    var text: String { String(decoding: self.body.bytes, as: UTF8.self) }
    var lines: [String] { self.headers.map { "\($0.name): \($0.value)" } }
    func values(_ name: String) -> [String] { self.headers.filter { $0.isNamed(name) }.map(\.value) }
}

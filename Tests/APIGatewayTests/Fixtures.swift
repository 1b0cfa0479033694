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
    api.endpointType = .regional
    return .rest(api)
}

func httpAPI(
    _ routes: [HTTPAPI.Route], stages: [HTTPAPI.Stage] = [HTTPAPI.Stage(name: "$default")], id: String = "http000000"
) -> API {
    .http(HTTPAPI(id: id, logicalID: "Http", name: "http", stages: stages, routes: routes))
}

/// An exchange with the state it shares, as a listener drives it.
struct Drive {
    private(set) var exchange: GatewayExchange
    let state: GatewayState
    var now = testTime
    private let makeExchange: () -> GatewayExchange

    init(_ gateway: Gateway, state: GatewayState = GatewayState(), _ request: GatewayRequest, body: [UInt8], logs: Bool = false) {
        self.makeExchange = {
            GatewayExchange(gateway: gateway, request: request, body: body, stamp: stamp(), logsExecution: logs)
        }
        self.exchange = self.makeExchange()
        self.state = state
    }

    /// The same request once more, from its beginning.
    func again() -> Drive {
        var drive = self
        drive.exchange = self.makeExchange()
        return drive
    }

    mutating func start() -> GatewayAction { self.exchange.start(self.state, at: self.now) }
    mutating func resume(_ event: GatewayEvent) -> GatewayAction { self.exchange.resume(event, self.state, at: self.now) }

    /// The function's payload, answered.
    mutating func answer(_ payload: String) throws -> GatewayResponse {
        try Array(payload.utf8).withUnsafeBytes { try self.resume(.functionEnded(.success($0))).response }
    }
}

extension GatewayAction {
    var response: GatewayResponse {
        get throws {
            guard case .respond(let response) = self else { throw Refused(decision: "\(self)") }
            return response
        }
    }

    var call: FunctionCall {
        get throws {
            switch self {
            case .invoke(let call), .callAuthorizer(let call): return call
            default: throw Refused(decision: "\(self)")
            }
        }
    }

    var backendRequest: BackendRequest {
        get throws {
            guard case .sendHTTP(let request) = self else { throw Refused(decision: "\(self)") }
            return request
        }
    }

    var serviceRequest: ServiceRequest {
        get throws {
            guard case .callService(let request) = self else { throw Refused(decision: "\(self)") }
            return request
        }
    }

    var isNothing: Bool { if case .nothing = self { true } else { false } }
}

func request(_ method: String, _ target: String, headers: [(String, String)] = []) -> GatewayRequest {
    var request = GatewayRequest(method: method, target: target, headers: headers.map { HTTPHeader($0, $1) })
    request.sourceIP = "203.0.113.24"
    request.port = 3000
    return request
}

extension Gateway {
    func drive(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = [],
        state: GatewayState = GatewayState(), logs: Bool = false
    ) -> Drive {
        Drive(self, state: state, request(method, target, headers: headers), body: body, logs: logs)
    }

    func decide(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []
    ) -> GatewayAction {
        var drive = self.drive(method, target, headers: headers, body: body)
        return drive.start()
    }

    /// A request that leads to a call.
    func plan(_ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []) throws -> Plan {
        var drive = self.drive(method, target, headers: headers, body: body)
        let call = try drive.start().call
        return Plan(drive: drive, call: call)
    }

    func refusal(_ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = []) throws
        -> GatewayResponse
    {
        try self.decide(method, target, headers: headers, body: body).response
    }
}

struct Refused: Error { let decision: String }

/// An exchange that waits for its function.
struct Plan {
    let drive: Drive
    let call: FunctionCall
    var functionName: String { self.call.functionName }
    var qualifier: String? { self.call.qualifier }
    var event: [UInt8] { self.call.payload }
    var trace: TraceHeader { self.drive.exchange.trace.header }
    var stamp: RequestStamp { self.drive.exchange.stamp }

    var json: JSON { get throws { try JSON(parsing: self.event) } }

    func response(for event: GatewayEvent) throws -> GatewayResponse {
        // Each answer is that of a request of its own.
        var drive = self.drive.again()
        _ = drive.start()
        return try drive.resume(event).response
    }

    func response(for result: FunctionResult) throws -> GatewayResponse { try self.response(for: .functionEnded(result)) }

    func answer(_ payload: String) throws -> GatewayResponse { try self.answer(Array(payload.utf8)) }

    func answer(_ payload: [UInt8]) throws -> GatewayResponse {
        try payload.withUnsafeBytes { try self.response(for: .success($0)) }
    }
}

var noPayload: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

extension GatewayResponse {
    var text: String { String(decoding: self.body.bytes, as: UTF8.self) }
    var lines: [String] { self.headers.map { "\($0.name): \($0.value)" } }
    func values(_ name: String) -> [String] { self.headers.filter { $0.isNamed(name) }.map(\.value) }
}

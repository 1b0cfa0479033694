package import APIGateway
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import NIOCore

/// API Gateway's own service, as far as clients read it: REST APIs with their resources and stages, keys, plans and their usage,
/// and the test of a method (API Gateway API reference). What changes an API is not emulated: the template does that.
package final class APIGatewayEndpoint {
    let configuration: GatewayConfiguration
    private let gateway: GatewayHost

    package init(configuration: GatewayConfiguration, gateway: GatewayHost) {
        self.configuration = configuration
        self.gateway = gateway
    }

    private static let roots: Set<String> = ["restapis", "usageplans", "apikeys"]

    /// A call of this service, by its path or by what it is signed for.
    private static func serves(_ call: AWSRequest) -> Bool {
        call.segments.first.map(self.roots.contains) == true || SigningScope(call)?.service == "apigateway"
    }

    /// An error of the service.
    struct Fault: Error, Hashable {
        let status: Int
        let code: String
        let message: String

        static func notFound(_ message: String) -> Fault { Fault(status: 404, code: "NotFoundException", message: message) }
        static func badRequest(_ message: String) -> Fault { Fault(status: 400, code: "BadRequestException", message: message) }
    }

    /// Answers a call of this service, or of the load balancers behind its links; any other it leaves alone.
    func handle(_ call: AWSRequest, requestID: RequestID, on connection: HTTPConnection) -> Bool {
        if LoadBalancingWire.serves(call) {
            let wire = LoadBalancingWire(groups: self.configuration.targetGroups, gateway: self.gateway)
            guard let answer = wire.answer(call, requestID: requestID) else { return false }
            connection.respond(with: answer)
            return true
        }
        guard Self.serves(call) else { return false }
        self.answer(call, requestID: requestID, on: connection)
        return true
    }

    private func answer(_ call: AWSRequest, requestID: RequestID, on connection: HTTPConnection) {
        do throws(Fault) {
            guard let action = try self.action(call) else {
                return connection.respond(with: UnsupportedWire.response(to: call, requestID: requestID))
            }
            switch action {
            case .answer(let json): connection.respond(with: AWSResponse(status: 200, json: json))
            case .test(let tested):
                self.gateway.test(tested) { connection.respond(with: AWSResponse(status: 200, json: $0.json)) }
            }
        } catch {
            connection.respond(
                with: AWSResponse(status: error.status, json: ["message": .string(error.message)])
                    .adding("x-amzn-ErrorType", error.code).adding("x-amzn-RequestId", requestID.description))
        }
    }

    private enum Action {
        case answer(JSON)
        case test(TestedCall)
    }

    private func action(_ call: AWSRequest) throws(Fault) -> Action? {
        let segments = call.segments
        switch (call.method, segments.first ?? "", segments.count) {
        case ("GET", "restapis", 1): return .answer(Self.list(self.restAPIs.map { .object($0.wire) }))
        case ("GET", "restapis", 2): return .answer(.object(try self.api(segments[1]).wire))
        case ("GET", "restapis", 3...):
            let api = try self.api(segments[1])
            let embedsMethods = call.query.contains { $0.name == "embed" && $0.value == "methods" }
            switch (segments[2], segments.count) {
            case ("resources", 3): return .answer(Self.list(api.resources.map { api.wire(of: $0, embedsMethods: embedsMethods) }))
            case ("resources", 4):
                return .answer(api.wire(of: try Self.resource(segments[3], of: api), embedsMethods: embedsMethods))
            case ("stages", 3): return .answer(["item": .array(api.stages.map(\.wire))])
            case ("stages", 4):
                guard let stage = api.stages.first(where: { $0.name == segments[3] }) else {
                    throw .notFound("Invalid stage identifier specified")
                }
                return .answer(stage.wire)
            default: return nil
            }
        case ("POST", "restapis", 6) where segments[2] == "resources" && segments[4] == "methods":
            return .test(try self.tested(call, segments))
        case ("GET", "usageplans", 1): return .answer(Self.list(self.configuration.usagePlans.map { .object($0.wire) }))
        case ("GET", "usageplans", 2): return .answer(.object(try self.plan(segments[1]).wire))
        case ("GET", "usageplans", 3) where segments[2] == "usage":
            return .answer(try self.usage(call, try self.plan(segments[1])))
        case ("GET", "apikeys", 1):
            let showsValues = call.parameter("includeValues") == "true"
            return .answer(Self.list(self.configuration.apiKeys.map { $0.wire(showsValue: showsValues) }))
        case ("GET", "apikeys", 2):
            guard let key = self.configuration.apiKeys.first(where: { $0.id == segments[1] }) else {
                throw .notFound("Invalid API Key identifier specified")
            }
            return .answer(key.wire(showsValue: call.parameter("includeValue") == "true"))
        default: return nil
        }
    }

    /// The service calls the list `item`; all of it is one page.
    private static func list(_ items: [JSON]) -> JSON { ["item": .array(items)] }

    private var restAPIs: [RestAPI] {
        self.configuration.apis.compactMap { if case .rest(let api) = $0 { api } else { nil } }
    }

    private func api(_ id: String) throws(Fault) -> RestAPI {
        guard let api = self.restAPIs.first(where: { $0.id == id }) else {
            throw .notFound("Invalid API identifier specified \(self.gateway.service.gateway.place.accountID):\(id)")
        }
        return api
    }

    private static func resource(_ id: String, of api: RestAPI) throws(Fault) -> RestAPI.Resource {
        guard let resource = api.resources.first(where: { $0.id == id }) else {
            throw .notFound("Invalid Resource identifier specified")
        }
        return resource
    }

    private func plan(_ id: String) throws(Fault) -> UsagePlan {
        guard let plan = self.configuration.usagePlans.first(where: { $0.id == id }) else {
            throw .notFound("Invalid Usage Plan ID specified")
        }
        return plan
    }

    // MARK: GetUsage

    private func usage(_ call: AWSRequest, _ plan: UsagePlan) throws(Fault) -> JSON {
        guard let first = call.parameter("startDate"), let last = call.parameter("endDate"),
            let start = Timestamp(policyDate: first), let end = Timestamp(policyDate: last), start <= end,
            first.utf8.count == 10, last.utf8.count == 10
        else { throw .badRequest("Invalid date range specified. Dates are YYYY-MM-DD, the first not after the last") }
        guard end.seconds - start.seconds < UsageCounters.daysKept * 86_400 else {
            throw .badRequest("Usage date range cannot exceed \(UsageCounters.daysKept) days")
        }
        let usage = self.gateway.service.state.usage.usage(
            planID: plan.id, keyID: call.parameter("keyId"), quota: plan.quota, from: start, to: end)
        var values = JSONObject()
        for (keyID, days) in usage {
            values[keyID] = .array(
                days.map { .array(([$0.used] + ($0.remaining.map { [$0] } ?? [])).map { .number(JSONNumber($0)) }) })
        }
        return [
            "usagePlanId": .string(plan.id), "startDate": .string(first), "endDate": .string(last), "values": .object(values),
        ]
    }

    // MARK: TestInvokeMethod

    private func tested(_ call: AWSRequest, _ segments: [String]) throws(Fault) -> TestedCall {
        let api = try self.api(segments[1])
        let resource = try Self.resource(segments[3], of: api)
        guard let method = api.testedMethod(segments[5], of: resource) else {
            throw .notFound("Invalid Method identifier specified")
        }
        let input = Result { () throws(JSONError) in try JSON(parsing: call.body.isEmpty ? Array("{}".utf8) : call.body) }
        guard case .success(.object(let members)) = input else { throw .badRequest("Invalid request input") }
        return TestedCall(
            api: api, resource: resource, method: method, verb: segments[5], test: try Self.test(JSONObjectReader(members)))
    }

    private static func test(_ input: JSONObjectReader) throws(Fault) -> MethodTest {
        var test = MethodTest()
        if let path = try input.text("pathWithQueryString"), !path.isEmpty { test.pathWithQuery = path }
        test.body = Array((try input.text("body") ?? "").utf8)
        for (name, value) in try input.texts("headers") { test.headers.append(HTTPHeader(name, value)) }
        for (name, value) in try input.members("multiValueHeaders") {
            guard let values = value.arrayValue else { throw .badRequest("multiValueHeaders: \(name) is no list") }
            // A name that both have has its values here.
            test.headers.removeAll { $0.isNamed(name) }
            for value in values {
                guard let text = value.stringValue else { throw .badRequest("multiValueHeaders: \(name) holds what is no text") }
                test.headers.append(HTTPHeader(name, text))
            }
        }
        test.stageVariables = Dictionary(try input.texts("stageVariables").map { ($0.name, $0.value) }) { $1 }
        return test
    }
}

/// A method with what it is tested with.
package struct TestedCall {
    let api: RestAPI
    let resource: RestAPI.Resource
    let method: RestAPI.Method
    let verb: String
    let test: MethodTest
}

/// Reads the members of a request, which are text or maps.
private struct JSONObjectReader {
    private let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    func text(_ name: String) throws(APIGatewayEndpoint.Fault) -> String? {
        guard let value = self.object[name], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw .badRequest("\(name) is no text") }
        return text
    }

    func members(_ name: String) throws(APIGatewayEndpoint.Fault) -> [(name: String, value: JSON)] {
        guard let value = self.object[name], !value.isNull else { return [] }
        guard let object = value.objectValue else { throw .badRequest("\(name) is no map") }
        return object.members
    }

    func texts(_ name: String) throws(APIGatewayEndpoint.Fault) -> [(name: String, value: String)] {
        var texts: [(name: String, value: String)] = []
        for (key, value) in try self.members(name) {
            guard let text = value.stringValue else { throw .badRequest("\(name): \(key) is no text") }
            texts.append((key, text))
        }
        return texts
    }
}

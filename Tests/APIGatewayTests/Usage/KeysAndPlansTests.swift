import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 7.
@Suite("API keys and usage plans")
struct KeysAndPlansTests {
    static let value = "abcdefghijklmnopqrstuvwxyz"

    static func gateway(
        source: RestAPI.APIKeySource = .header, enabled: Bool = true, stages: [String] = ["stage"],
        plan change: (inout UsagePlan) -> Void = { _ in }, stage changeStage: (inout RestAPI.Stage) -> Void = { _ in }
    ) -> Gateway {
        let api = restMethod(
            "GET", "/a",
            api: {
                $0.apiKeySource = source
                if source == .authorizer { $0.authorizers = [tokenAuthorizer()] }
            }, stage: changeStage,
            method: {
                $0.apiKeyRequired = true
                if source == .authorizer { $0.authorization = .authorizer(name: "Auth", scopes: []) }
            })
        var configuration = GatewayConfiguration(apis: [.rest(api)])
        configuration.apiKeys = [APIKey(id: "key1", logicalID: "Key", name: "key", value: Self.value, isEnabled: enabled)]
        var plan = UsagePlan(id: "plan1", logicalID: "Plan", name: "plan")
        plan.stages = stages.map { UsagePlan.Stage(apiID: "rest000000", stage: $0) }
        plan.keyIDs = ["key1"]
        change(&plan)
        configuration.usagePlans = [plan]
        return Gateway(configuration)
    }

    static let key = [("X-API-Key", value)]

    @Test("a key of the stage's plan lets in; the event names it")
    func good() throws {
        let identity = try Self.gateway().plan("GET", "/stage/a", headers: Self.key).json["requestContext"]?["identity"]
        #expect(identity?["apiKey"] == .string(Self.value) && identity?["apiKeyId"] == "key1")
    }

    @Test("no key, another, a disabled one, one of another stage, one of the other source: 403 Forbidden")
    func bad() throws {
        for (gateway, headers) in [
            (Self.gateway(), []), (Self.gateway(), [("x-api-key", "other")]), (Self.gateway(enabled: false), Self.key),
            (Self.gateway(stages: ["other"]), Self.key), (Self.gateway(plan: { $0.keyIDs = [] }), Self.key),
        ] as [(Gateway, [(String, String)])] {
            let response = try gateway.refusal("GET", "/stage/a", headers: headers)
            #expect(response.status == 403 && response.text == #"{"message":"Forbidden"}"#)
            #expect(response.values("x-amzn-ErrorType") == ["ForbiddenException"])
        }
    }

    @Test("the source AUTHORIZER takes usageIdentifierKey, and not the header")
    func authorizerSource() throws {
        let headers = Self.key + [("Authorization", "t")]
        let allow = policy("Allow", LambdaAuthorizerTests.anyMethod)
        var with = Self.gateway(source: .authorizer).drive("GET", "/stage/a", headers: headers)
        _ = with.start()
        #expect(try with.authorize(authorizerAnswer(allow, key: Self.value)).call.functionName == "F")
        var without = Self.gateway(source: .authorizer).drive("GET", "/stage/a", headers: headers)
        _ = without.start()
        #expect(try without.authorize(authorizerAnswer(allow)).response.status == 403)
    }

    /// Sends requests over one state; the statuses, 0 for a call.
    static func statuses(_ gateway: Gateway, at milliseconds: [Int64], headers: [(String, String)] = key) -> [Int] {
        let state = GatewayState()
        return milliseconds.map { offset in
            var drive = gateway.drive("GET", "/stage/a", headers: headers, state: state)
            drive.now = testTime + .milliseconds(offset)
            let action = drive.start()
            if case .respond(let response) = action { return response.status }
            return 0
        }
    }

    @Test("the plan's throttle: 429 Too Many Requests")
    func throttle() throws {
        let gateway = Self.gateway(plan: { $0.throttle = ThrottleSettings(rateLimit: 10, burstLimit: 2) })
        #expect(Self.statuses(gateway, at: [0, 0, 0, 99, 100]) == [0, 0, 429, 429, 0])
        let state = GatewayState()
        var last: GatewayAction?
        for _ in 0..<3 {
            var drive = gateway.drive("GET", "/stage/a", headers: Self.key, state: state)
            last = drive.start()
        }
        let response = try #require(try last?.response)
        #expect(response.text == #"{"message":"Too Many Requests"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["TooManyRequestsException"])
    }

    @Test("a method's throttle in the plan counts instead of the plan's")
    func methodThrottle() {
        let gateway = Self.gateway(plan: {
            $0.throttle = ThrottleSettings(rateLimit: 0, burstLimit: 0)
            $0.stages[0].throttles = ["/a/GET": ThrottleSettings(rateLimit: 0, burstLimit: 1)]
        })
        #expect(Self.statuses(gateway, at: [0, 0]) == [0, 429])
    }

    @Test("a stage's method settings limit everybody together, the tightest limit wins")
    func stageThrottle() {
        let gateway = Self.gateway(
            plan: { $0.throttle = ThrottleSettings(rateLimit: 100, burstLimit: 100) },
            stage: {
                var settings = RestAPI.MethodSettings(resourcePath: "/*", httpMethod: "*")
                settings.throttle = ThrottleSettings(rateLimit: 0, burstLimit: 2)
                $0.methodSettings = [settings]
            })
        #expect(Self.statuses(gateway, at: [0, 0, 0]) == [0, 0, 429])
    }

    @Test("the quota: 429 Limit Exceeded until the next day; refused requests don't count")
    func quota() throws {
        let gateway = Self.gateway(plan: { $0.quota = UsagePlan.Quota(limit: 2, period: .day) })
        #expect(Self.statuses(gateway, at: [0, 0, 0, 0, 86_400_000]) == [0, 0, 429, 429, 0])
        let state = GatewayState()
        state.changeUsage {
            $0.count(
                UsageCounters.Key(planID: "plan1", keyID: "key1"), quota: UsagePlan.Quota(limit: 2, period: .day, offset: 1),
                at: testTime)
        }
        var drive = gateway.drive("GET", "/stage/a", headers: Self.key, state: state)
        let response = try drive.start().response
        #expect(response.text == #"{"message":"Limit Exceeded"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["LimitExceededException"])
    }

    @Test("GetUsage counts what was let through, and survives a restart")
    func usage() throws {
        let quota = UsagePlan.Quota(limit: 10, period: .day)
        let gateway = Self.gateway(plan: { $0.quota = quota })
        var drive = gateway.drive("GET", "/stage/a", headers: Self.key)
        _ = drive.start()
        let restored = try #require(UsageCounters(snapshot: drive.state.usage.snapshot))
        var again = gateway.drive("GET", "/stage/a", headers: Self.key, state: GatewayState(usage: restored))
        _ = again.start()
        let found = again.state.usage.usage(planID: "plan1", quota: quota, from: testTime, to: testTime)
        #expect(found.map(\.keyID) == ["key1"] && found[0].days.map(\.used) == [2] && found[0].days.map(\.remaining) == [8])
    }

    @Test("routes of HTTP APIs are throttled by their own settings or the stage's")
    func routes() {
        var stage = HTTPAPI.Stage(name: "stage")
        stage.defaultThrottle = ThrottleSettings(rateLimit: 0, burstLimit: 1)
        stage.routeThrottles = ["GET /a": ThrottleSettings(rateLimit: 0, burstLimit: 2)]
        let gateway = Gateway(apis: [httpAPI([route("GET", "/a", .version2)], stages: [stage])])
        #expect(Self.statuses(gateway, at: [0, 0, 0], headers: []) == [0, 0, 429])
    }
}

package import CoreTypes

/// What a method of a REST API is tested with (API Gateway API reference, "TestInvokeMethod").
package struct MethodTest: Hashable, Sendable {
    /// Without a stage: `/orders/7?a=1`. `nil`: the path of the resource as it is, so that `{id}` has the value `{id}`.
    package var pathWithQuery: String?
    /// All that the method sees: nothing is added to them.
    package var headers: [HTTPHeader] = []
    package var body: [UInt8] = []
    /// Instead of a stage's.
    package var stageVariables: [String: String] = [:]

    package init() {}
}

/// What came of it.
package struct MethodTestResult: Hashable, Sendable {
    package var status: Int
    /// What the method made: neither ids nor what a connection adds.
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    package var log: String
    package var latencyMilliseconds: Int

    /// As TestInvokeMethod answers.
    package var json: JSON {
        let lists = ValueLists(headers: self.headers)
        var (single, multi) = (JSONObject(), JSONObject())
        for entry in lists.entries {
            single[entry.name] = JSON(entry.values.last)
            multi[entry.name] = .array(entry.values.map(JSON.string))
        }
        return [
            "status": .number(JSONNumber(self.status)), "body": .string(String(decoding: self.body, as: UTF8.self)),
            "headers": .object(single), "multiValueHeaders": .object(multi), "log": .string(self.log),
            "latency": .number(JSONNumber(self.latencyMilliseconds)),
        ]
    }
}

extension RestAPI {
    /// The method that a test means: the verb's own, else `ANY`.
    package func testedMethod(_ verb: String, of resource: Resource) -> Method? {
        resource.methods.first { $0.httpMethod == verb } ?? resource.methods.first { $0.httpMethod == "ANY" }
    }
}

extension GatewayExchange {
    /// A method by itself, as the console's test runs it: straight to validation and integration. No authorizer and no resource
    /// policy is asked, no key needed, no limit counts, and no stage lends its variables.
    package convenience init(
        testing method: RestAPI.Method, _ verb: String, of resource: RestAPI.Resource, in api: RestAPI, with test: MethodTest,
        gateway: Gateway, stamp: RequestStamp
    ) {
        // The test gathers what a client would get piece by piece.
        var method = method
        method.integration.responseTransferMode = .buffered
        // What can't be served was told when the host started, and ends the test as it ends a request.
        var problems: [GatewayProblem] = []
        let stage = ServedStage(name: "test-invoke-stage", deploymentID: "", variables: test.stageVariables, accessLog: nil)
        let served = ServedMethod(
            api: ServedAPI(api, place: gateway.place, problems: &problems), stage: stage,
            operation: Operation(
                method: method.httpMethod, path: resource.path, authorization: .none, apiKeyRequired: false,
                integration: method.integration, resourceID: resource.id),
            throttle: nil, validation: RequestValidation(method, of: api, note: { _ in }),
            integration: .rest(method, stage: stage, note: { _ in }))
        var request = GatewayRequest(
            method: verb, target: test.pathWithQuery ?? resource.path, headers: test.headers, sourceIP: "test-invoke-source-ip")
        request.headers.replace("Host", "testPrefix.testDomainName")
        self.init(gateway: gateway, request: request, body: test.body, stamp: stamp, logsExecution: true)
        self.testedMethod = served
    }

    /// The method is known: no routing.
    func beginTest(
        _ served: ServedMethod, _ shared: GatewayState, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        let target = RequestTarget(self.request.target)
        var tree = RouteTree()
        tree.insert(method: nil, path: served.path, route: 0)
        self.api = served.api
        let context = RequestContext(
            served: served, request: self.request, target: target, verb: self.request.method, path: target.path, basePath: nil,
            // A path that doesn't fit the resource has no parameters, and is no error (recorded).
            pathParameters: tree.match(method: "ANY", path: target.path, order: .bySegment)?.parameters ?? [],
            body: self.body, stamp: self.stamp, addsForwarding: false)
        let account = served.api.place.accountID
        context.key = KeyIdentity(id: "test-invoke-api-key-id", value: "test-invoke-api-key")
        context.iam = IAMIdentity(
            accessKey: "test", accountID: account, userID: account,
            userARN: "arn:\(served.api.place.partition):iam::\(account):root")
        self.context = context
        self.executionLog?.begin(context)
        return try self.integrate(shared, at: now)
    }

    /// The answer of a test, once it is there.
    package func testResult(_ response: GatewayResponse) -> MethodTestResult {
        let isFault = self.context?.error != nil
        let ids = ["x-amzn-requestid", "x-amz-apigw-id"]
        return MethodTestResult(
            status: response.status,
            // With an error its type alone is told, and what a gateway response sets (recorded).
            headers: response.headers.filter { header in
                let name = header.name.lowercased()
                return !ids.contains(name) && !(isFault && name == "content-type")
            },
            body: response.body.bytes, log: self.executionLog?.text(requestID: self.stamp.requestID) ?? "",
            latencyMilliseconds: self.context?.record.responseLatencyMilliseconds ?? 0)
    }
}

import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 15.2: the guide's tables, with a policy for the source address 203.0.113.24 of the test requests.
@Suite("Resource policies")
struct ResourcePolicyTests {
    static func statement(_ effect: String, resource: String = "execute-api:/*", ip: String? = nil) -> JSON {
        var members: JSONObject = ["Effect": .string(effect), "Principal": "*", "Action": "execute-api:Invoke"]
        members["Resource"] = .string(resource)
        if let ip { members["Condition"] = ["IpAddress": ["aws:SourceIp": .string(ip)]] }
        return .object(members)
    }

    static func document(_ statements: JSON...) -> JSON { ["Version": "2012-10-17", "Statement": .array(statements)] }

    static let allow = document(statement("Allow"))
    static let deny = document(statement("Allow"), statement("Deny", ip: "203.0.113.0/24"))
    static let silent = document(statement("Allow", ip: "198.51.100.0/24"))

    static func open(_ policy: JSON?) -> Gateway { Gateway(restMethod(api: { $0.policy = policy })) }

    @Test("without an authorizer only an explicit allow lets in")
    func anonymous() throws {
        #expect(try Self.open(nil).plan("GET", "/stage/a").functionName == "F")
        #expect(try Self.open(Self.allow).plan("GET", "/stage/a").functionName == "F")
        let arn = "arn:aws:execute-api:us-east-1:********0000:rest000000/stage/GET/a"
        let text = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: \(arn)"
        let silent = try Self.open(Self.silent).refusal("GET", "/stage/a")
        #expect(silent.status == 403 && silent.text == #"{"Message":"\#(text)"}"#)
        let denied = try Self.open(Self.deny).refusal("GET", "/stage/a")
        #expect(denied.text == #"{"Message":"\#(text) with an explicit deny"}"#)
        #expect(denied.values("x-amzn-ErrorType") == ["AccessDeniedException"])
    }

    @Test("the short resource names stage, verb and path")
    func resource() throws {
        let gateway = Self.open(Self.document(Self.statement("Allow", resource: "execute-api:/stage/GET/a")))
        #expect(try gateway.plan("GET", "/stage/a").functionName == "F")
        #expect(try gateway.refusal("GET", "/stage/b").status == 403)
        #expect(try gateway.refusal("POST", "/stage/a").status == 403)
    }

    @Test("a Lambda authorizer is not called where the policy denies; else both count together")
    func authorizer() throws {
        func gateway(_ policy: JSON) -> Gateway {
            var api = guarded(tokenAuthorizer())
            api.policy = policy
            return Gateway(api)
        }
        let token = [("Authorization", "t")]
        #expect(try gateway(Self.deny).refusal("GET", "/stage/a", headers: token).status == 403)
        // Table A: silent and allow, allow and silent: allow.
        var silentAuthorizer = gateway(Self.allow).drive("GET", "/stage/a", headers: token)
        _ = silentAuthorizer.start()
        let silentPolicy = APIGatewayTests.policy("Allow", "arn:aws:execute-api:*:*:*/other/*")
        #expect(try silentAuthorizer.authorize(authorizerAnswer(silentPolicy)).call.functionName == "F")
        var silentResource = gateway(Self.silent).drive("GET", "/stage/a", headers: token)
        _ = silentResource.start()
        let allowing = APIGatewayTests.policy("Allow", LambdaAuthorizerTests.anyMethod)
        #expect(try silentResource.authorize(authorizerAnswer(allowing)).call.functionName == "F")
        var both = gateway(Self.silent).drive("GET", "/stage/a", headers: token)
        _ = both.start()
        #expect(try both.authorize(authorizerAnswer(silentPolicy)).response.status == 403)
    }

    @Test(
        "the tables, A for one account and B across accounts",
        arguments: [
            (.allow, .allow, .allow, .allow), (.allow, .implicitDeny, .allow, .implicitDeny),
            (.implicitDeny, .allow, .allow, .implicitDeny), (.implicitDeny, .implicitDeny, .implicitDeny, .implicitDeny),
            (.allow, .explicitDeny, .explicitDeny, .explicitDeny), (.implicitDeny, .explicitDeny, .explicitDeny, .explicitDeny),
            (.explicitDeny, .allow, .explicitDeny, .explicitDeny), (.explicitDeny, .implicitDeny, .explicitDeny, .explicitDeny),
            (.explicitDeny, .explicitDeny, .explicitDeny, .explicitDeny),
        ] as [(PolicyDocument.Decision, PolicyDocument.Decision, PolicyDocument.Decision, PolicyDocument.Decision)])
    func tables(
        identity: PolicyDocument.Decision, resource: PolicyDocument.Decision, same: PolicyDocument.Decision,
        other: PolicyDocument.Decision
    ) {
        #expect(PolicyTables.combined(identity: identity, resource: resource, isSameAccount: true) == same)
        #expect(PolicyTables.combined(identity: identity, resource: resource, isSameAccount: false) == other)
    }

    @Test("IAM: unsigned is 403 Missing Authentication Token; signed of another account needs the policy")
    func iam() throws {
        func gateway(_ policy: JSON?) -> Gateway {
            Gateway(restMethod(api: { $0.policy = policy }, method: { $0.authorization = .iam }))
        }
        let unsigned = try gateway(nil).refusal("GET", "/stage/a")
        #expect(unsigned.status == 403 && unsigned.text == #"{"message":"Missing Authentication Token"}"#)
        func action(_ policy: JSON?, account: String) -> GatewayAction {
            var drive = gateway(policy).drive("GET", "/stage/a", headers: [("Authorization", "AWS4-HMAC-SHA256 Credential=A/b")])
            guard case .verifySignature = drive.start() else { return .nothing }
            return drive.resume(
                .signatureVerified(
                    IAMIdentity(accessKey: "A", accountID: account, userID: "AIDA", userARN: "arn:aws:iam::\(account):user/me")))
        }
        let call = try action(nil, account: "000000000000").call
        let identity = try JSON(parsing: call.payload)["requestContext"]?["identity"]
        #expect(identity?["accessKey"] == "A" && identity?["caller"] == "AIDA")
        #expect(identity?["userArn"] == "arn:aws:iam::000000000000:user/me")
        #expect(try JSON(parsing: call.payload)["headers"]?["Authorization"] == nil)
        #expect(try action(nil, account: "111111111111").response.status == 403)
        #expect(try action(Self.allow, account: "111111111111").call.functionName == "F")
        #expect(try action(Self.deny, account: "000000000000").response.status == 403)
    }

    /// Captures of AWS's answers to signed requests: anomalyco/guide issues 320 and 344.
    @Test("a signed request to a route that isn't there: 404 once it is let in, 403 of a method with AWS_IAM before")
    func unknownRoute() throws {
        var domain = CustomDomain(name: "api.example.com", logicalID: "D")
        domain.mappings = [CustomDomain.Mapping(path: "v1", apiID: "rest000000", stage: "stage")]
        func drive(_ target: String, host: String = "localhost", policy: JSON? = nil, custom: String? = nil) -> Drive {
            let api = restMethod("GET", "/a") {
                $0.policy = policy
                if let custom {
                    $0.gatewayResponses = [RestAPI.GatewayResponse(type: .resourceNotFound, statusCode: custom)]
                }
            }
            var configuration = GatewayConfiguration(apis: [.rest(api)])
            configuration.domains = [domain]
            return Gateway(configuration).drive(
                "POST", target, headers: [("Host", host), ("Authorization", "AWS4-HMAC-SHA256 Credential=A/b")])
        }
        func answer(_ drive: Drive, account: String = "000000000000") throws -> GatewayResponse {
            var drive = drive
            guard case .verifySignature = drive.start() else { throw Refused(decision: "not verified") }
            let identity = IAMIdentity(
                accessKey: "A", accountID: account, userID: "AIDA", userARN: "arn:aws:iam::\(account):user/me")
            return try drive.resume(.signatureVerified(identity)).response
        }
        let missing = try answer(drive("/stage/send-bulk"))
        #expect(missing.text == #"{"message":"No method found matching route send-bulk for http method POST."}"#)
        #expect(missing.status == 404 && missing.values("x-amzn-ErrorType") == ["NotFoundException"])
        #expect(try answer(drive("/stage")).text.contains("route / for"))
        #expect(try answer(drive("/v1/%EC%84%B8/b", host: "api.example.com")).text.contains("route %EC%84%B8/b for"))
        #expect(try answer(drive("/stage/b", custom: "418")).status == 418)
        // Those whom policies keep out learn nothing of routes.
        #expect(try answer(drive("/stage/b", policy: Self.deny)).status == 403)
        #expect(try answer(drive("/stage/b"), account: "111111111111").status == 403)
        var refused = drive("/stage/b")
        _ = refused.start()
        #expect(
            try refused.resume(.signatureRefused(.unknownKey)).response.values("x-amzn-ErrorType") == [
                "UnrecognizedClientException"
            ])
        // Not signed, an HTTP API: as ever.
        #expect(try Gateway(restMethod("GET", "/a")).refusal("POST", "/stage/b").status == 403)
        let http = HTTPAPI(
            id: "http000000", logicalID: "H", name: "h", stages: [HTTPAPI.Stage(name: "$default")], routes: [route("GET", "/a")])
        #expect(
            try Gateway(http).refusal("GET", "/b", headers: [("Authorization", "AWS4-HMAC-SHA256 Credential=A/b")]).status == 404)
    }

    @Test("a private API needs a policy, which may ask for a VPC endpoint")
    func privateAPI() throws {
        func gateway(_ policy: JSON?) -> Gateway {
            Gateway(
                restMethod(api: {
                    $0.endpointType = .private
                    $0.policy = policy
                }))
        }
        #expect(try gateway(nil).refusal("GET", "/stage/a").status == 403)
        #expect(gateway(nil).problems.count == 1)
        var statement = try #require(Self.statement("Allow").objectValue)
        statement["Condition"] = ["StringEquals": ["aws:SourceVpce": "vpce-0a1b"]]
        let guarded = gateway(Self.document(.object(statement)))
        #expect(try guarded.refusal("GET", "/stage/a").status == 403)
        let host = [("Host", "rest000000-vpce-0a1b.execute-api.us-east-1.localhost:3000")]
        #expect(try guarded.plan("GET", "/stage/a", headers: host).functionName == "F")
        // By a name of the endpoint's own, with or without its zone, the API is named by a header ("Invoke a private API").
        for name in ["vpce-0a1b-4e5f", "vpce-0a1b-4e5f-us-east-1a"] {
            let endpoint = ("Host", "\(name).execute-api.us-east-1.vpce.amazonaws.com")
            let api = ("x-apigw-api-id", "rest000000")
            #expect(try guarded.plan("GET", "/stage/a", headers: [endpoint, api]).functionName == "F")
            #expect(try guarded.refusal("GET", "/stage/a", headers: [endpoint]).text == #"{"message":"Forbidden"}"#)
        }
        let other = [("Host", "vpce-0b-4e5f.execute-api.us-east-1.vpce.amazonaws.com"), ("x-apigw-api-id", "rest000000")]
        #expect(try guarded.refusal("GET", "/stage/a", headers: other).status == 403)
    }

    @Test("the VPC of a request is that of the endpoint it came through")
    func sourceVPC() throws {
        var statement = try #require(Self.statement("Allow").objectValue)
        statement["Condition"] = ["StringEquals": ["aws:SourceVpc": "vpc-1"]]
        let policy = Self.document(.object(statement))
        let api = restMethod(api: {
            $0.endpointType = .private
            $0.policy = policy
        })
        var configuration = GatewayConfiguration(apis: [.rest(api)])
        configuration.vpcEndpoints = ["vpce-01": "vpc-1", "vpce-02": "vpc-2"]
        let gateway = Gateway(configuration)
        func host(_ endpoint: String) -> [(String, String)] { [("Host", "rest000000-\(endpoint).execute-api.localhost")] }
        #expect(try gateway.plan("GET", "/stage/a", headers: host("vpce-01")).functionName == "F")
        #expect(try gateway.refusal("GET", "/stage/a", headers: host("vpce-02")).status == 403)
        #expect(try gateway.refusal("GET", "/stage/a", headers: host("vpce-03")).status == 403)
        #expect(try gateway.refusal("GET", "/stage/a").status == 403)
    }

    @Test("a policy that can't be read lets nobody in, and is told")
    func unreadable() throws {
        let gateway = Self.open(["Statement": [["Effect": "Maybe"]]])
        #expect(gateway.problems.count == 1)
        #expect(try gateway.refusal("GET", "/stage/a").status == 403)
    }
}

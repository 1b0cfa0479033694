import APIGateway
import CoreTypes
import HTTPEndpoints
import Testing

/// Signatures of AWS's published "Signature Version 4 test suite" (cases by their names there), and what botocore 1.44's signer
/// makes of requests that the suite doesn't have; of the suite's it makes the same. All are signed at 2015-08-30T12:36:00Z for us-east-1 and `service`.
struct SigV4Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        var method = "GET"
        var target = "/"
        var headers: [HTTPHeader] = []
        var body = ""
        var signedHeaders = "host;x-amz-date"
        let signature: String
        var testDescription: String { self.name }

        init(
            _ name: String, _ method: String = "GET", _ target: String = "/", headers: [(String, String)] = [], body: String = "",
            signed: String = "host;x-amz-date", signature: String
        ) {
            self.name = name
            self.method = method
            self.target = target
            self.headers = headers.map { HTTPHeader($0.0, $0.1) }
            self.body = body
            self.signedHeaders = signed
            self.signature = signature
        }

        var request: GatewayRequest {
            let authorization =
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=\(self.signedHeaders), Signature=\(self.signature)"
            let own = [
                HTTPHeader("Host", "example.amazonaws.com"), HTTPHeader("X-Amz-Date", "20150830T123600Z"),
                HTTPHeader("Authorization", authorization),
            ]
            return GatewayRequest(method: self.method, target: self.target, headers: own + self.headers)
        }
    }

    static let vectors = [
        Vector("get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector("post-vanilla", "POST", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            "get-unreserved", "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Vector(
            "get-slashes", "GET", "//example//", signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        Vector(
            "get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            "get-vanilla-query-order-value", "GET", "/?Param1=value2&Param1=value1",
            signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        Vector(
            "get-vanilla-utf8-query", "GET", "/?\u{1234}=bar",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(
            "get-header-value-order",
            headers: [("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"), ("My-Header1", "value2")],
            signed: "host;my-header1;x-amz-date", signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
        Vector(
            "get-header-key-duplicate", headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signed: "host;my-header1;x-amz-date", signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Vector(
            "get-header-value-trim", headers: [("My-Header1", " value1"), ("My-Header2", "\"a   b   c\"")],
            signed: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            "post-x-www-form-urlencoded", "POST", headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            signed: "content-type;host;x-amz-date", signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        Vector(
            "botocore: an encoded path", "GET", "/a%20b%2F/%ED%95%9C",
            signature: "57da8e34501ee298e2a9b870810c63979d84f6bcf2344b67f3f3d28060e4ec09"),
    ]

    private static let signedAt = Timestamp(seconds: 1_440_938_160)
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    private static let verifier = SigV4(service: "service", region: "us-east-1") {
        $0 == "AKIDEXAMPLE" ? AccessKey(secret: secret) : nil
    }

    private func fault(
        _ request: GatewayRequest, body: String = "", at now: Timestamp = Self.signedAt, _ verifier: SigV4 = Self.verifier
    ) -> SigV4.Fault? {
        let result = Array(body.utf8).withUnsafeBytes { bytes in
            Result { () throws(SigV4.Fault) in try verifier.verify(request, body: bytes, now: now) }
        }
        switch result {
        case .success(let key):
            #expect(key == "AKIDEXAMPLE")
            return nil
        case .failure(let fault): return fault
        }
    }

    @Test(arguments: Self.vectors) func aPublishedSignatureIsGood(_ vector: Vector) {
        #expect(self.fault(vector.request, body: vector.body) == nil)
    }

    @Test(arguments: Self.vectors) func aChangeOfAnyPartIsSeen(_ vector: Vector) {
        #expect(self.fault(vector.request, body: vector.body + " ") == .mismatch)
        var changed = vector.request
        changed.method = "PUT"
        #expect(self.fault(changed, body: vector.body) == .mismatch)
        changed = vector.request
        changed.target += changed.target.contains("?") ? "&a=b" : "?a=b"
        #expect(self.fault(changed, body: vector.body) == .mismatch)
        changed = vector.request
        changed.headers[0].value = "example.org"
        #expect(self.fault(changed, body: vector.body) == .mismatch)
    }

    @Test func aSignatureIsGoodForFiveMinutesEitherWay() {
        let request = Self.vectors[0].request
        for seconds in [-300, 0, 300] { #expect(self.fault(request, at: Self.signedAt + .seconds(seconds)) == nil) }
        // The sentences as clients of execute-api report them (issues of aws4 and of the AWS SDK for Android).
        #expect(
            self.fault(request, at: Self.signedAt + .seconds(301))
                == .untimely(
                    "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"))
        #expect(
            self.fault(request, at: Self.signedAt + .seconds(-301))
                == .untimely(
                    "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)"
                ))
    }

    /// As of a role's or a session's: what it signs is refused from its end on, whether the signature is good or not.
    @Test func aKeyIsGoodUntilItExpires() {
        let expiring = SigV4(service: "service", region: "us-east-1") { _ in
            AccessKey(secret: Self.secret, expiresAt: Self.signedAt + .seconds(10))
        }
        let request = Self.vectors[0].request
        #expect(self.fault(request, at: Self.signedAt + .seconds(9), expiring) == nil)
        #expect(self.fault(request, at: Self.signedAt + .seconds(10), expiring) == .expiredKey)
        #expect(self.fault(request, body: "other", at: Self.signedAt + .seconds(10), expiring) == .expiredKey)
        #expect(SigV4.Fault.expiredKey.code == "ExpiredTokenException")
    }

    @Test func anotherKeyOrServiceIsRefused() {
        let request = Self.vectors[0].request
        #expect(self.fault(request, Self.verifierWithout) == .unknownKey)
        #expect(
            self.fault(request, SigV4(service: "lambda", region: "us-east-1") { _ in AccessKey(secret: "") })
                == .otherService("lambda"))
        let elsewhere = SigV4(service: "service", region: "eu-west-1") { _ in AccessKey(secret: "") }
        #expect(self.fault(request, elsewhere) == .otherRegion("us-east-1"))
        // IAM user guide, "Troubleshoot signed requests for AWS APIs", Region.
        #expect(
            self.fault(request, elsewhere)?.message == "Credential should be scoped to a valid Region, not 'us-east-1'.")
        #expect(
            self.fault(request, SigV4(service: "service", region: "us-east-1") { _ in AccessKey(secret: "another") }) == .mismatch
        )
    }

    private static let verifierWithout = SigV4(service: "service", region: "us-east-1") { _ in nil }

    /// What comes from outside is refused, whatever it is.
    @Test(arguments: [
        "", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA256 Credential=,Signature=,SignedHeaders=",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=0", "Bearer x",
        "AWS4-HMAC-SHA256 Credential=////aws4_request, SignedHeaders=;;, Signature=",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=x-amz-date, Signature=0",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=",
    ])
    func aBrokenHeaderIsRefused(_ header: String) {
        for date in ["20150830T123600Z", "", "20150830T1236000", "99999999T999999Z", "2015083\u{661}T123600Z"] {
            let request = GatewayRequest(
                method: "GET", target: "/?%", headers: [HTTPHeader("Authorization", header), HTTPHeader("X-Amz-Date", date)])
            #expect(self.fault(request) != nil)
        }
        #expect(self.fault(GatewayRequest(method: "GET", target: "/")) == .missing)
    }

    /// Signed by botocore 1.44's `SigV4QueryAuth` for 60 s: `GET https://example.amazonaws.com/a%20b?x=1+2&y=%ED%95%9C`.
    @Test func aPresignedRequestIsGoodUntilItExpires() {
        let request = GatewayRequest(
            method: "GET",
            target:
                "/a%20b?x=1%2B2&y=%ED%95%9C&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F"
                + "service%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature="
                + "f55791a77dcef866822930b91c86879f763111e37fb918b876d2309bd487aa2c",
            headers: [HTTPHeader("Host", "example.amazonaws.com")])
        #expect(self.fault(request) == nil)
        #expect(self.fault(request, at: Self.signedAt + .seconds(60)) == nil)
        #expect(
            self.fault(request, at: Self.signedAt + .seconds(61))
                == .untimely(
                    "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123701Z - 60 sec.)"))
        #expect(self.fault(request, body: "x") == .mismatch)
    }
}

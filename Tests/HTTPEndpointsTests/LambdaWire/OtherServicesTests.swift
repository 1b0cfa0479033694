import CoreTypes
import HTTPEndpoints
import Testing

struct OtherServicesTests {
    private func request(
        _ method: String = "POST", _ target: String = "/", service: String?, headers: [AWSRequest.Header] = [], body: String = ""
    ) -> AWSRequest {
        var headers = headers
        if let service {
            headers.append(
                AWSRequest.Header(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/\(service)/aws4_request, SignedHeaders=host, Signature=0"
                ))
        }
        return AWSRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
    }

    private let form = AWSRequest.Header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    private let id = RequestID(random: 1, 2)

    @Test func `the scope is read from header and query`() {
        let header = SigningScope(self.request(service: "sqs"))
        #expect(header?.accessKey == "AKID")
        #expect(header?.region == "us-east-1")
        #expect(header?.service == "sqs")
        let query = AWSRequest(
            method: "GET", target: "/?X-Amz-Credential=A%2FB%2F20260131%2Feu-west-1%2Flambda%2Faws4_request")
        #expect(SigningScope(query)?.accessKey == "A/B")
        #expect(SigningScope(query)?.service == "lambda")
        #expect(SigningScope(self.request(service: nil)) == nil)
    }

    /// STS API reference, GetCallerIdentity, "Sample response".
    @Test func `the caller's identity is the account's root`() throws {
        let request = self.request(service: "sts", headers: [self.form], body: "Action=GetCallerIdentity&Version=2011-06-15")
        let response = try #require(STSWire.response(to: request, account: "000000000000", requestID: self.id))
        #expect(response.status == 200)
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.contains("<Account>000000000000</Account>"))
        #expect(text.contains("<Arn>arn:aws:iam::000000000000:root</Arn>"))
        #expect(text.contains("<RequestId>\(self.id)</RequestId>"))
    }

    @Test func `other actions of STS are named, other services are not its own`() throws {
        let assume = self.request(service: "sts", headers: [self.form], body: "Action=AssumeRole")
        let response = try #require(STSWire.response(to: assume, account: "000000000000", requestID: self.id))
        #expect(response.status == 501)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                .contains("<Message>The action AssumeRole of the service sts is not emulated.</Message>"))
        #expect(STSWire.response(to: self.request(service: "lambda"), account: "0", requestID: self.id) == nil)
    }

    @Test func `a JSON service gets JSON`() throws {
        let request = self.request(service: "dynamodb", headers: [AWSRequest.Header("X-Amz-Target", "DynamoDB_20120810.PutItem")])
        let response = UnsupportedWire.response(to: request, requestID: self.id)
        #expect(response.status == 501)
        #expect(
            try JSON(parsing: response.body) == [
                "__type": "UnsupportedOperation", "message": "The action PutItem of the service dynamodb is not emulated.",
            ])
    }

    @Test func `a query service gets XML, with the action's name escaped`() {
        let request = self.request(service: "iam", headers: [self.form], body: "Action=Get%3CRole%3E")
        let text = String(decoding: UnsupportedWire.response(to: request, requestID: self.id).body, as: UTF8.self)
        #expect(text.contains("<Code>UnsupportedOperation</Code>"))
        #expect(text.contains("The action Get&lt;Role&gt; of the service iam is not emulated."))
    }

    @Test func `S3 gets its own XML and REST services JSON`() {
        let s3 = UnsupportedWire.response(to: self.request("PUT", "/bucket/key", service: "s3"), requestID: self.id)
        #expect(
            String(decoding: s3.body, as: UTF8.self).contains("The action PUT /bucket/key of the service s3 is not emulated."))
        let rest = UnsupportedWire.response(to: self.request("GET", "/restapis", service: "apigateway"), requestID: self.id)
        #expect(rest.headers.contains(AWSRequest.Header("x-amzn-ErrorType", "UnsupportedOperation")))
    }

    @Test func `an unknown path of Lambda is no operation`() {
        let response = UnsupportedWire.response(to: self.request("GET", "/2099-01-01/x", service: "lambda"), requestID: self.id)
        #expect(response.errorText == "404 UnknownOperationException: GET /2099-01-01/x is no action of the service lambda.")
    }

    @Test func `names are decoded once, in query and path`() {
        let request = AWSRequest(method: "GET", target: "/a%2Fb/c%3Ad/?x=1+2&y=%EC%84%B8&z")
        #expect(request.segments == ["a/b", "c:d"])
        #expect(request.query.map(\.value) == ["1 2", "세", ""])
        #expect(AWSRequest(method: "GET", target: "/%zz%4").segments == ["%zz%4"])
    }
}

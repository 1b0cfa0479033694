import CoreTypes
import RemoteQueues
import Testing

@Suite struct RequestSignatureTests {
    /// The worked example of the AWS General Reference, "Signature Version 4 signing process": ListUsers of IAM on 30 August 2015.
    @Test func `the documented example has its documented signature`() {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        let headers = RequestSignature(credentials: credentials, region: "us-east-1", service: "iam").headers(
            method: "GET", path: "/", query: "Action=ListUsers&Version=2010-05-08",
            headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("Host", "iam.amazonaws.com")],
            // 2015-08-30T12:36:00Z by `date -u -d 2015-08-30T12:36:00Z +%s`.
            body: [], at: Timestamp(seconds: 1_440_938_160))
        #expect(headers.first { $0.name == "x-amz-date" }?.value == "20150830T123600Z")
        #expect(
            headers.first { $0.name == "authorization" }?.value
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
    }

    @Test func `temporary credentials sign their token`() {
        let credentials = AWSCredentials(accessKeyID: "A", secretAccessKey: "S", sessionToken: "T")
        let headers = RequestSignature(credentials: credentials, region: "r", service: "sqs").headers(
            method: "POST", path: "/", headers: [("host", "h")], body: [], at: Timestamp(seconds: 0))
        #expect(headers.contains { $0 == ("x-amz-security-token", "T") })
        #expect(headers.first { $0.name == "authorization" }?.value.contains("host;x-amz-date;x-amz-security-token") == true)
    }
}

@Suite struct RemoteQueueAddressTests {
    @Test func `a queue URL is taken apart`() throws {
        let address = try #require(RemoteQueueAddress("https://sqs.eu-central-1.amazonaws.com/123456789012/orders"))
        #expect(address.endpoint == "https://sqs.eu-central-1.amazonaws.com/")
        #expect(address.isAWS)
        let local = try #require(RemoteQueueAddress("http://127.0.0.1:4566/000000000000/orders"))
        #expect(local.authority == "127.0.0.1:4566")
        #expect(!local.isAWS)
    }

    @Test(arguments: [
        "", "orders", "ftp://h/1/q", "http://", "http:///1/q", "http://h/q", "http://h//q", "http://u@h/1/q", "http://h b/1/q",
    ])
    func `anything else is none`(text: String) { #expect(RemoteQueueAddress(text) == nil) }

    @Test(arguments: ["https://evil-amazonaws.com/1/q", "https://amazonaws.com.example.org/1/q"])
    func `a name that only looks like AWS's is not AWS`(text: String) { #expect(RemoteQueueAddress(text)?.isAWS == false) }

    @Test(arguments: [
        "https://queue.amazonaws.com/1/q", "https://SQS.us-east-1.AMAZONAWS.com:443/1/q",
        "https://sqs.cn-north-1.amazonaws.com.cn/1/q",
    ])
    func `AWS is known in all its names`(text: String) { #expect(RemoteQueueAddress(text)?.isAWS == true) }
}

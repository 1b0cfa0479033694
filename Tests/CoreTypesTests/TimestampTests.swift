import CoreTypes
import Testing

@Suite("Timestamp, ARN, request id")
struct TimestampTests {
    // Expected values: `date -u -d @SECONDS`.
    @Test(
        "formats as AWS and HTTP do",
        arguments: [
            (Timestamp(milliseconds: 1_573_755_365_568), "2019-11-14T18:16:05.568Z", "Thu, 14 Nov 2019 18:16:05 GMT"),
            (Timestamp(seconds: 951_782_400), "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (Timestamp(seconds: 0), "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (Timestamp(milliseconds: -1), "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
            (Timestamp(seconds: 4_107_542_399), "2100-02-28T23:59:59.000Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
        ])
    func formats(time: Timestamp, iso: String, http: String) {
        #expect(time.iso8601 == iso)
        #expect(time.httpDate == http)
    }

    @Test("the other spellings")
    func spellings() {
        let time = Timestamp(milliseconds: 1_584_039_838_001)
        #expect(time.commonLogFormat == "12/Mar/2020:19:03:58 +0000")
        #expect(time.lambdaLastModified == "2020-03-12T19:03:58.001+0000")
    }

    // Expected values: `date -u -d @SECONDS`, with day 1 and midnight in the place of the rest.
    @Test(
        "a month begins at midnight of its first day",
        arguments: [
            (Timestamp(milliseconds: 1_573_755_365_568), "2019-11-01T00:00:00.000Z"),
            (Timestamp(seconds: 951_782_400), "2000-02-01T00:00:00.000Z"),
            (Timestamp(seconds: 951_868_800), "2000-03-01T00:00:00.000Z"),
            (Timestamp(milliseconds: -1), "1969-12-01T00:00:00.000Z"),
        ])
    func startOfMonth(time: Timestamp, iso: String) { #expect(time.startOfMonth.iso8601 == iso) }

    // Expected values: `date -u -d TEXT +%s`.
    @Test("reads dates, and only those that there are")
    func dates() {
        #expect(Timestamp(policyDate: "2026-11-01") == Timestamp(seconds: 1_793_491_200))
        #expect(Timestamp(policyDate: "2024-02-29") == Timestamp(seconds: 1_709_164_800))
        #expect(Timestamp(policyDate: "2026-12-31T23:59:59+09:00") == Timestamp(seconds: 1_798_729_199))
        for text in [
            "2026-02-29", "2026-02-30", "2100-02-29", "2026-04-31", "2026-13-01", "2026-01-00", "2026-01-32", "2026-1-1", "",
        ] {
            #expect(Timestamp(policyDate: text) == nil, "\(text)")
        }
    }

    @Test(
        "an ARN keeps its text",
        arguments: ["arn:aws:lambda:us-east-1:123456789012:function:n:prod", "arn:aws:sqs:ap-northeast-2:000000000000:주문"])
    func arn(text: String) throws {
        #expect(try #require(ARN(text)).description == text)
    }

    @Test("what is no ARN is not read as one", arguments: ["", "arn:aws:lambda", "name", "arn:aws::r:a:x", "arn:aws:sqs:r:a:"])
    func notARN(text: String) { #expect(ARN(text) == nil) }

    @Test("a request id is a version 4 UUID and reads back")
    func requestID() throws {
        var generator = SystemRandomNumberGenerator()
        let id = RequestID(using: &generator)
        let text = Array(id.description)
        #expect(text.count == 36 && text[14] == "4" && "89ab".contains(text[19]))
        #expect(RequestID(id.description) == id)
        #expect(RequestID("not-a-uuid") == nil)
        #expect(RequestID(id.description + "0") == nil)
    }
}

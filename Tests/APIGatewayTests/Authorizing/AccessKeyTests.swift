import CoreTypes
import Testing

@testable import APIGateway

@Suite("Access keys as a file lists them")
struct AccessKeyTests {
    private static func list(_ text: String) throws -> [String: AccessKey] {
        try AccessKey.list(try #require(try JSON(parsing: text).objectValue))
    }

    @Test("only the secret is needed")
    func members() throws {
        let keys = try Self.list(
            """
            {"A": {"secret": "s"}, "B": {"secret": "t", "account": "111122223333", "expires": "2026-01-31T12:00:00Z",
             "policy": {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}}}
            """)
        #expect(keys["A"] == AccessKey(secret: "s"))
        let other = try #require(keys["B"])
        #expect(other.accountID == "111122223333" && other.expiresAt == Timestamp(seconds: 1_769_860_800))
        #expect(other.policy?.decision(for: PolicyRequest(principal: nil, action: "a:b", resource: "arn")) == .explicitDeny)
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            (#"{"A": 1}"#, "A: "), (#"{"A": {}}"#, "A.secret: "), (#"{"A": {"secret": ""}}"#, "A.secret: "),
            (#"{"A": {"secret": 1}}"#, "A.secret: "), (#"{"A": {"secret": "s", "account": "1"}}"#, "A.account: "),
            (#"{"A": {"secret": "s", "expires": "soon"}}"#, "A.expires: "),
            (#"{"A": {"secret": "s", "policy": {}}}"#, "A.policy: "),
            (#"{"A": {"secret": "s", "expiry": "2026-01-31"}}"#, "A.expiry: "),
        ])
    func errors(text: String, place: String) throws {
        let error = #expect(throws: AccessKey.FormatError.self) { try Self.list(text) }
        #expect(error?.description.hasPrefix(place) == true)
    }
}

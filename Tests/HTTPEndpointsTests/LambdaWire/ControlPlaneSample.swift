import CoreTypes
import HTTPEndpoints
import LambdaCore
import Testing

/// Takes any bytes but those that begin with "bad", under folders named after their content.
struct MemoryCodeStore: CodeStore {
    func store(zip: [UInt8]) throws(CodeStoreError) -> StoredCode {
        let text = String(decoding: zip, as: UTF8.self)
        guard !text.hasPrefix("bad") else { throw .notAnArchive("no zip") }
        return StoredCode(folder: "/code/\(text)", description: CodeDescription(sha256: "sha256 of \(text)", size: zip.count))
    }
}

/// Drives a control plane as the AWS endpoint does, one second and one request id a call.
struct ControlPlaneSample {
    var controlPlane = LambdaControlPlane(registry: FunctionRegistry(region: "us-east-1", account: "000000000000"))
    var notices: [String] = []
    private var calls: UInt64 = 0

    static let functions = "/2015-03-31/functions"
    static let role = "arn:aws:iam::000000000000:role/r"

    mutating func call(_ method: String, _ target: String, _ body: JSON? = nil) throws -> AWSResponse {
        self.calls += 1
        let now = Timestamp(seconds: 1_800_000_000 + Int64(self.calls))
        let request = AWSRequest(method: method, target: target, body: body?.bytes ?? [])
        let handled = self.controlPlane.handle(request, now: now, requestID: RequestID(random: self.calls, 1))
        let step = try #require(handled, "\(method) \(target)")
        let answer: LambdaControlPlane.Answer
        switch step {
        case .answer(let given): answer = given
        case .storeCode(let upload):
            let stored = Result { () throws(CodeStoreError) in try MemoryCodeStore().store(zip: upload.zip) }
            answer = self.controlPlane.finish(upload, with: stored, now: now)
        }
        self.notices += answer.notices
        #expect(answer.response.header("x-amzn-RequestId") == RequestID(random: self.calls, 1).description)
        return answer.response
    }

    /// A CreateFunction body that is good as it is.
    static func creation(_ name: String, zip: String = "zip-1") -> JSONObject {
        [
            "FunctionName": .string(name), "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": .string(Self.role),
            "Code": ["ZipFile": .string(Base64.encode(Array(zip.utf8)))],
        ]
    }

    @discardableResult
    mutating func create(_ name: String, _ more: JSONObject = [:]) throws -> AWSResponse {
        var body = Self.creation(name)
        for (member, value) in more.members { body[member] = value }
        return try self.call("POST", Self.functions, .object(body))
    }
}

extension AWSResponse {
    var json: JSON { (try? JSON(parsing: self.body)) ?? .null }
    subscript(_ path: String...) -> JSON? {
        path.reduce(self.json as JSON?) { $0?[$1] }
    }
    func header(_ name: String) -> String? { self.headers.first { $0.name == name }?.value }
    /// `404 ResourceNotFoundException: …`
    var errorText: String {
        let message = self["Message"]?.stringValue ?? self["message"]?.stringValue ?? "-"
        return "\(self.status) \(self.header("x-amzn-ErrorType") ?? "-"): \(message)"
    }
}

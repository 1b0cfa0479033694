/// The requests of the Runtime API as bytes. What does not change from one invocation to the next is made once.
struct RuntimeRequests {
    /// `GET /runtime/invocation/next`, whole.
    let next: [UInt8]
    private let path: [UInt8]
    private let common: [UInt8]

    init(endpoint: RuntimeEndpoint) {
        let root = endpoint.prefix + "/2018-06-01/runtime/invocation/"
        let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        let common = " HTTP/1.1\r\nHost: \(host):\(endpoint.port)\r\nUser-Agent: martlet-runtime-swift\r\n"
        self.next = Array("GET \(root)next\(common)\r\n".utf8)
        self.path = Array("POST \(root)".utf8)
        self.common = Array(common.utf8)
    }

    /// A response that is known as a whole. Always with its length, however large: the limit is the host's to enforce.
    func response(requestID: String, length: Int, into head: inout [UInt8]) {
        self.begin(requestID, "/response", into: &head)
        head.append(contentsOf: "Content-Type: application/json\r\n".utf8)
        Self.end(length: length, into: &head)
    }

    /// The head of a streamed response. With custom headers the body begins with a JSON prelude and 8 NUL bytes.
    func stream(requestID: String, hasCustomHeaders: Bool, into head: inout [UInt8]) {
        self.begin(requestID, "/response", into: &head)
        let type = hasCustomHeaders ? "application/vnd.awslambda.http-integration-response" : "application/octet-stream"
        head.append(contentsOf: "Content-Type: \(type)\r\n".utf8)
        head.append(contentsOf: "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n".utf8)
        head.append(
            contentsOf: "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n".utf8)
    }

    /// An error instead of a response.
    func error(requestID: String, type: String, length: Int, into head: inout [UInt8]) {
        self.begin(requestID, "/error", into: &head)
        head.append(contentsOf: "Content-Type: application/json\r\nLambda-Runtime-Function-Error-Type: \(type)\r\n".utf8)
        Self.end(length: length, into: &head)
    }

    /// The last chunk, with the error in its trailers. The body of the error is base64, as the Node.js runtime sends it.
    func trailers(_ report: ErrorReport, into head: inout [UInt8]) {
        head.removeAll(keepingCapacity: true)
        head.append(contentsOf: "0\r\nLambda-Runtime-Function-Error-Type: \(report.headerValue)\r\n".utf8)
        head.append(contentsOf: "Lambda-Runtime-Function-Error-Body: ".utf8)
        Base64.append(report.json, to: &head)
        head.append(contentsOf: "\r\n\r\n".utf8)
    }

    /// The size line of a chunk.
    static func chunk(_ size: Int, into head: inout [UInt8]) {
        head.append(contentsOf: String(size, radix: 16).utf8)
        head.append(contentsOf: "\r\n".utf8)
    }

    private func begin(_ requestID: String, _ suffix: StaticString, into head: inout [UInt8]) {
        head.removeAll(keepingCapacity: true)
        head.append(contentsOf: self.path)
        head.append(contentsOf: requestID.utf8)
        suffix.withUTF8Buffer { head.append(contentsOf: $0) }
        head.append(contentsOf: self.common)
    }

    private static func end(length: Int, into head: inout [UInt8]) {
        head.append(contentsOf: "Content-Length: ".utf8)
        head.append(contentsOf: String(length).utf8)
        head.append(contentsOf: "\r\n\r\n".utf8)
    }
}

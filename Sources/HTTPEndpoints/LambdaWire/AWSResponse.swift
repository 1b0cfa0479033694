package import CoreTypes
package import LambdaCore

/// What goes back to an AWS client. `Content-Length`, `Date` and `Connection` are the listener's.
package struct AWSResponse: Hashable, Sendable {
    package var status: Int
    package var headers: [Header]
    package var body: [UInt8]

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(status: Int, headers: [Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension AWSResponse {
    package init(status: Int, json: JSON) {
        self.init(status: status, headers: [Header("Content-Type", "application/json")], body: json.bytes)
    }

    /// 204 and its like: no body, no content type.
    package init(status: Int) { self.init(status: status, headers: [], body: []) }

    /// The error envelope of the REST-JSON protocol: header `x-amzn-ErrorType`, members `Type` and the message.
    package init(error: LambdaAPIError) {
        var body = JSONObject()
        body["Reason"] = error.reason.map(JSON.string)
        body["Type"] = error.fault.map { .string($0.rawValue) }
        body[error.hasCapitalMessage ? "Message" : "message"] = .string(error.message)
        self.init(status: error.status, json: .object(body))
        self.headers.append(Header("x-amzn-ErrorType", error.code))
    }

    package func adding(_ name: String, _ value: String) -> Self {
        var response = self
        response.headers.append(Header(name, value))
        return response
    }
}

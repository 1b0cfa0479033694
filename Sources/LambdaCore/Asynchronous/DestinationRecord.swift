import CoreTypes

/// What a destination receives (Lambda developer guide, "Invocation record"; members in the observed order):
/// ```
/// {"version":"1.0","timestamp":"2019-11-14T18:16:05.568Z",
///  "requestContext":{"requestId":…,"functionArn":"…:function:n:$LATEST","condition":"RetriesExhausted",
///                    "approximateInvokeCount":3},
///  "requestPayload":{…},
///  "responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},
///  "responsePayload":{…}}
/// ```
struct DestinationRecord {
    let timestamp: Timestamp
    let event: AsynchronousEvent
    let condition: AsynchronousEnding.Condition
    let invokeCount: Int
    /// `nil` leaves out the two response members.
    let answer: AsynchronousAnswer?

    /// Payloads are copied as they are, spaces and all: nothing is parsed and written anew.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.event.payload.count + (self.answer?.payload.count ?? 0) + 512)
        let context = JSONObject([
            ("requestId", .string(self.event.requestID.description)),
            ("functionArn", .string(self.event.qualifiedFunctionARN)),
            ("condition", .string(self.condition.rawValue)),
            ("approximateInvokeCount", .number(JSONNumber(self.invokeCount))),
        ])
        bytes.append(contentsOf: "{\"version\":\"1.0\",\"timestamp\":\"\(self.timestamp.iso8601)\",\"requestContext\":".utf8)
        JSONWriter.append(.object(context), to: &bytes)
        bytes.append(contentsOf: ",\"requestPayload\":".utf8)
        Self.append(payload: self.event.payload, to: &bytes)
        if let answer {
            bytes.append(contentsOf: ",\"responseContext\":".utf8)
            JSONWriter.append(.object(Self.responseContext(answer)), to: &bytes)
            bytes.append(contentsOf: ",\"responsePayload\":".utf8)
            Self.append(payload: answer.payload, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func responseContext(_ answer: AsynchronousAnswer) -> JSONObject {
        var context: JSONObject = ["statusCode": .number(JSONNumber(answer.statusCode))]
        context["executedVersion"] = answer.executedVersion.map(JSON.string)
        context["functionError"] = answer.functionError.map(JSON.string)
        return context
    }

    /// A runtime may answer with bytes that are no JSON. They go in as a JSON string, so that the record stays readable;
    /// nothing at all is `null`.
    private static func append(payload: [UInt8], to bytes: inout [UInt8]) {
        if payload.isEmpty {
            bytes.append(contentsOf: "null".utf8)
        } else if payload.withUnsafeBytes({ JSONScanner.fault(in: $0) }) == nil {
            bytes.append(contentsOf: payload)
        } else {
            JSONWriter.append(string: String(decoding: payload, as: UTF8.self), to: &bytes)
        }
    }
}

import CoreTypes
import HTTPServing
import NIOCore
import NIOHTTP1
import SQS

/// A request to the queues that will be answered, in the protocol that it came in.
struct SQSCall {
    enum Form {
        case json
        /// `nil` for an action that there is none of.
        case query(QueueAction?, acceptsJSON: Bool)
    }

    let connection: HTTPConnection
    let form: Form
    let requestID: RequestID

    /// - Parameter body: as the JSON protocol has it; `nil` for none.
    func respond(_ body: ByteBuffer?) {
        switch self.form {
        case .json:
            self.connection.respond(status: .ok, body: body) { head in
                head.writeStaticString("content-type: application/x-amz-json-1.0\r\n")
                self.writeCommonHeaders(&head)
            }
        case .query(let action, let acceptsJSON):
            guard let action else { preconditionFailure("without an action there is only an error to answer") }
            self.respond(action, result: body, acceptsJSON: acceptsJSON)
        }
    }

    func respond(_ error: SQSError) {
        let status = HTTPResponseStatus(statusCode: error.httpStatus)
        switch self.form {
        case .json:
            self.connection.respond(status: status, body: SQSResponseWriter.write(error)) { head in
                head.writeStaticString("content-type: application/x-amz-json-1.0\r\n")
                head.writeHeader(
                    "x-amzn-query-error" as StaticString, "\(error.queryCode);\(error.isSenderFault ? "Sender" : "Receiver")")
                self.writeCommonHeaders(&head)
            }
        case .query(_, acceptsJSON: true):
            self.respond(status, "application/json", QueryAnswer.json(error, requestID: self.requestID).description)
        case .query(_, acceptsJSON: false):
            self.respond(status, "text/xml", QueryAnswer.xml(error, requestID: self.requestID))
        }
    }

    /// The journal can't be written: the service's fault, and its whole state from here on.
    func respond(notWritten sentence: String) {
        let body = JSON.object(["__type": "com.amazon.coral.service#InternalFailure", "message": .string(sentence)])
        switch self.form {
        case .json:
            self.connection.respond(status: .internalServerError, body: ByteBuffer(bytes: body.bytes)) { head in
                head.writeStaticString(
                    "content-type: application/x-amz-json-1.0\r\nx-amzn-query-error: InternalFailure;Receiver\r\n")
                self.writeCommonHeaders(&head)
            }
        case .query:
            self.respond(
                .internalServerError, "text/xml",
                "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"\(QueryAnswer.namespace)\"><Error><Type>Receiver</Type>"
                    + "<Code>InternalFailure</Code><Message>\(UnsupportedWire.escaped(sentence))</Message><Detail/></Error>"
                    + "<RequestId>\(self.requestID)</RequestId></ErrorResponse>")
        }
    }

    /// The Query protocol without any action.
    func respondUnknownOperation() {
        self.respond(.notFound, "text/xml", "<UnknownOperationException/>")
    }

    private func respond(_ action: QueueAction, result: ByteBuffer?, acceptsJSON: Bool) {
        let json: JSON?
        do throws(JSONError) {
            json = try result.map { buffer throws(JSONError) in try JSON(parsing: Array(buffer: buffer)) }
        } catch {
            preconditionFailure("results are written as JSON: \(error)")
        }
        if acceptsJSON {
            self.respond(.ok, "application/json", QueryAnswer.json(action, json, requestID: self.requestID).description)
        } else {
            self.respond(.ok, "text/xml", QueryAnswer.xml(action, json, requestID: self.requestID))
        }
    }

    private func respond(_ status: HTTPResponseStatus, _ contentType: String, _ text: String) {
        self.connection.respond(status: status, body: ByteBuffer(string: text)) { head in
            head.writeHeader("content-type" as StaticString, contentType)
            self.writeCommonHeaders(&head)
        }
    }

    private func writeCommonHeaders(_ head: inout ByteBuffer) {
        head.writeHeader("x-amzn-requestid" as StaticString, self.requestID.description)
        head.writeHeader("date" as StaticString, HTTPDate.now)
    }
}

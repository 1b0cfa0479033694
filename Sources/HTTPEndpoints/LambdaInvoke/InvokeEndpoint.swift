import Billing
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// Answers Invoke calls: the hot path of the AWS endpoint. The payload travels as the buffer it came in.
final class InvokeEndpoint {
    private let service: LambdaService

    init(service: LambdaService) { self.service = service }

    func handle(_ request: HTTPRequest, to target: InvokeRequest.Target, on connection: HTTPConnection) {
        let requestID = self.service.makeRequestID()
        do throws(LambdaAPIError) {
            try self.invoke(InvokeRequest(request.head, to: target), payload: request.body, requestID: requestID, on: connection)
        } catch {
            connection.respond(with: error, requestID: requestID)
        }
    }

    func refuseBody(of head: HTTPRequestHead, to target: InvokeRequest.Target, on connection: HTTPConnection) {
        let requestID = self.service.makeRequestID()
        do throws(LambdaAPIError) {
            let call = try InvokeRequest(head, to: target)
            guard let size = call.contentLength else {
                throw LambdaAPIError(
                    status: 413, code: "RequestEntityTooLargeException",
                    message: "Request must be smaller than \(call.payloadLimit) bytes for the InvokeFunction operation")
            }
            throw call.tooLarge(size)
        } catch {
            connection.respond(with: error, requestID: requestID)
        }
    }

    private func invoke(
        _ call: InvokeRequest, payload: ByteBuffer, requestID: RequestID, on connection: HTTPConnection
    ) throws(LambdaAPIError) {
        let function = try self.service.resolve(call.function, qualifier: call.qualifier)
        guard payload.readableBytes <= call.payloadLimit else { throw call.tooLarge(payload.readableBytes) }
        let payload = payload.readableBytes == 0 ? ByteBuffer(staticString: "{}") : payload
        if let fault = payload.withUnsafeReadableBytes({ JSONScanner.fault(in: $0) }) {
            throw .invalidContent(
                "Could not parse request body into json: Could not parse payload into json: \(fault.message) at line "
                    + "\(fault.line), column \(fault.column)")
        }
        switch call.kind {
        case .dryRun:
            connection.respond(status: .noContent, body: nil) {
                $0.writeHeader("x-amzn-requestid" as StaticString, requestID.description)
            }
        case .event:
            try self.accept(call, function: function, payload: payload, requestID: requestID)
            let isLegacy = call.operation == .legacyAsynchronous
            connection.respond(status: .accepted, body: isLegacy ? ByteBuffer(staticString: #"{"Status":202}"#) : nil) {
                $0.writeHeader("x-amzn-requestid" as StaticString, requestID.description)
                $0.writeHeader("x-amzn-remapped-content-length" as StaticString, "0")
            }
        case .requestResponse:
            let isStream = call.operation == .responseStream
            let client: any InvocationClient =
                isStream
                ? ResponseStreamAnswer(connection: connection, version: function.executedVersion, requestID: requestID)
                : InvokeAnswer(connection: connection, call: call, region: self.service.region)
            self.service.invoker.invoke(
                Invocation(
                    id: requestID, function: function, payload: payload, source: .invoke,
                    traceHeader: self.service.traceHeader(from: call.traceHeader, for: function),
                    clientContext: call.clientContext,
                    wantsLog: call.wantsTail || call.wantsReport, streamsResponse: isStream, client: client))
        }
    }

    private func accept(
        _ call: InvokeRequest, function: ResolvedFunction, payload: ByteBuffer, requestID: RequestID
    ) throws(LambdaAPIError) {
        guard let asynchronous = self.service.asynchronous else { throw .service("This host takes no asynchronous invocations") }
        try asynchronous.accept(
            function: function, qualifier: call.qualifier ?? function.aliasName, payload: payload, requestID: requestID,
            clientContext: call.clientContext, traceHeader: self.service.traceHeader(from: call.traceHeader, for: function))
    }
}

/// The answer to a buffered Invoke.
private final class InvokeAnswer: InvocationClient {
    private let connection: HTTPConnection
    private let wantsTail: Bool
    private let wantsReport: Bool
    private let region: String

    init(connection: HTTPConnection, call: InvokeRequest, region: String) {
        self.connection = connection
        self.wantsTail = call.wantsTail
        self.wantsReport = call.wantsReport
        self.region = region
    }

    func finished(_ result: InvocationResult) {
        switch result.failure {
        case .throttled(let reason): self.connection.respond(with: .throttled(reason), requestID: result.requestID)
        case .unavailable(let why): self.connection.respond(with: .service(why), requestID: result.requestID)
        case nil, .function, .timeout: self.respond(result)
        }
    }

    private func respond(_ result: InvocationResult) {
        let payload = result.payload.readableBytes == 0 ? ByteBuffer(staticString: "null") : result.payload
        self.connection.respond(status: .ok, body: payload) { head in
            head.writeStaticString("content-type: application/json\r\nx-amzn-remapped-content-length: 0\r\n")
            head.writeHeader("x-amzn-requestid" as StaticString, result.requestID.description)
            head.writeHeader("x-amz-executed-version" as StaticString, result.executedVersion)
            head.writeHeader("date" as StaticString, HTTPDate.now)
            if result.failure != nil { head.writeStaticString("x-amz-function-error: Unhandled\r\n") }
            if self.wantsTail, let log = result.log {
                head.writeHeader("x-amz-log-result" as StaticString, Base64.encode(log.suffix(FunctionLimits.logTailBytes)))
            }
            if self.wantsReport, let record = result.record {
                let report = InvocationReport(record, prices: PriceTable.table(for: self.region))
                head.writeHeader("x-martlet-report" as StaticString, report.json.description)
                head.writeHeader("x-martlet-cost" as StaticString, report.costLine)
            }
        }
    }
}

/// The answer to InvokeWithResponseStream: event-stream frames, as the function writes.
private final class ResponseStreamAnswer: InvocationClient {
    private let connection: HTTPConnection
    private let version: String
    private let requestID: RequestID
    private var hasBegun = false

    init(connection: HTTPConnection, version: String, requestID: RequestID) {
        self.connection = connection
        self.version = version
        self.requestID = requestID
    }

    private func begin() {
        guard !self.hasBegun else { return }
        self.hasBegun = true
        self.connection.startStream(status: .ok) { head in
            head.writeHeader("content-type" as StaticString, ResponseStreamEncoder.contentType)
            head.writeHeader("x-amzn-requestid" as StaticString, self.requestID.description)
            head.writeHeader("x-amz-executed-version" as StaticString, self.version)
            head.writeHeader("date" as StaticString, HTTPDate.now)
        }
    }

    func streamBegan(contentType: String?) { self.begin() }

    func streamed(_ part: ByteBuffer, consumed: EventLoopPromise<Void>?) {
        self.begin()
        var frames: [UInt8] = []
        part.withUnsafeReadableBytes { ResponseStreamEncoder.append(chunk: $0, to: &frames) }
        self.connection.stream(ByteBuffer(bytes: frames), completion: consumed)
    }

    func finished(_ result: InvocationResult) {
        switch result.failure {
        case .throttled(let reason) where !self.hasBegun:
            self.connection.respond(with: .throttled(reason), requestID: result.requestID)
            return
        case .unavailable(let why) where !self.hasBegun:
            self.connection.respond(with: .service(why), requestID: result.requestID)
            return
        case nil, .function, .timeout, .throttled, .unavailable: break
        }
        self.begin()
        var frames: [UInt8] = []
        let log = result.log.map { Base64.encode($0.suffix(FunctionLimits.logTailBytes)) }
        if result.failure == nil {
            result.payload.withUnsafeReadableBytes { ResponseStreamEncoder.append(chunk: $0, to: &frames) }
            ResponseStreamEncoder.append(completeWithErrorCode: nil, errorDetails: nil, logResult: log, to: &frames)
        } else {
            let details = String(buffer: result.payload)
            ResponseStreamEncoder.append(completeWithErrorCode: "Unhandled", errorDetails: details, logResult: log, to: &frames)
        }
        self.connection.stream(ByteBuffer(bytes: frames))
        self.connection.endStream()
    }
}

extension LambdaAPIError {
    static func throttled(_ reason: ThrottleReason) -> LambdaAPIError {
        LambdaAPIError(
            status: 429, code: "TooManyRequestsException",
            message: reason == .callerRate ? "Rate exceeded" : "Rate Exceeded.", reason: reason.rawValue)
    }
}

package import CoreTypes

/// One accepted asynchronous invocation (`X-Amz-Invocation-Type: Event`). The request id stays the same through all tries.
package struct AsynchronousEvent: Hashable, Sendable {
    package let requestID: RequestID
    /// The function's ARN without a qualifier: `arn:aws:lambda:us-east-1:000000000000:function:Orders`.
    package let function: ARN
    /// The version or alias that was asked for, `nil` for none.
    package let qualifier: String?
    /// The event as it was sent; never empty.
    package let payload: [UInt8]
    /// JSON text, already decoded from base64.
    package let clientContext: String?
    /// `X-Amzn-Trace-Id` of the request.
    package let traceHeader: String?

    /// An empty payload is delivered as `{}`, as Lambda does.
    package init(
        requestID: RequestID, function: ARN, qualifier: String? = nil, payload: [UInt8], clientContext: String? = nil,
        traceHeader: String? = nil
    ) {
        self.requestID = requestID
        self.function = function
        self.qualifier = qualifier
        self.payload = payload.isEmpty ? Array("{}".utf8) : payload
        self.clientContext = clientContext
        self.traceHeader = traceHeader
    }

    /// Destination records always name a version or an alias: `…:function:Orders:$LATEST`.
    package var qualifiedFunctionARN: String { "\(self.function):\(self.qualifier ?? "$LATEST")" }
}

/// What a function's configuration says about its asynchronous invocations, as it stood when the event was accepted.
package struct AsynchronousPolicy: Hashable, Sendable {
    /// Tries after the first one that the function answered with an error, 0 to 2.
    package let maximumRetryAttempts: Int
    package let maximumEventAge: Duration
    package let onSuccess: String?
    package let onFailure: String?
    package let deadLetterTargetARN: String?

    package static let retryAttempts = 0...2
    package static let eventAgeSeconds = 60...21_600

    /// Values outside the API's bounds are taken as the nearest bound; the control plane has refused them before.
    package init(_ configuration: EventInvokeConfiguration, deadLetterTargetARN: String? = nil) {
        func clamped(_ value: Int?, to range: ClosedRange<Int>) -> Int {
            value.map { min(max($0, range.lowerBound), range.upperBound) } ?? range.upperBound
        }
        self.maximumRetryAttempts = clamped(configuration.maximumRetryAttempts, to: Self.retryAttempts)
        self.maximumEventAge = .seconds(clamped(configuration.maximumEventAgeSeconds, to: Self.eventAgeSeconds))
        self.onSuccess = configuration.onSuccess
        self.onFailure = configuration.onFailure
        self.deadLetterTargetARN = deadLetterTargetARN
    }

    package init(_ function: FunctionConfiguration) {
        self.init(function.eventInvoke, deadLetterTargetARN: function.deadLetterTargetARN)
    }

    /// Whether a failure's answer is worth keeping until the next try.
    var reportsFailures: Bool { self.onFailure != nil || self.deadLetterTargetARN != nil }
}

/// How one try went.
package enum AsynchronousResult: Hashable, Sendable {
    /// The function ran; its answer says whether it failed.
    case answered(AsynchronousAnswer)
    /// The function did not run. 429 and 5xx are tried again, anything else (a deleted function: 404) is final.
    case refused(statusCode: Int, payload: [UInt8])
    /// The function's reserved concurrency is 0: not tried again (Lambda developer guide, "Configuring reserved concurrency").
    case reservedConcurrencyIsZero
}

/// What the last try brought, for destinations and dead-letter queues.
package struct AsynchronousAnswer: Hashable, Sendable {
    package let statusCode: Int
    /// `nil` when no version was executed.
    package let executedVersion: String?
    /// `X-Amz-Function-Error`: `Unhandled`, or `nil` for a success.
    package let functionError: String?
    package let payload: [UInt8]

    package init(statusCode: Int = 200, executedVersion: String?, functionError: String? = nil, payload: [UInt8]) {
        self.statusCode = statusCode
        self.executedVersion = executedVersion
        self.functionError = functionError
        self.payload = payload
    }
}

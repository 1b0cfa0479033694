package import CoreTypes

extension GatewayExchange {
    func functionEnded(
        _ result: FunctionResult, _ integrating: Integrating, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        self.noteLatency(at: now)
        switch integrating {
        case .functionProxy(let contract): return try self.proxyEnded(result, contract, at: now)
        case .function(let overrides): return try self.mappedFunctionEnded(result, overrides, at: now)
        case .mapped, .httpProxy, .action: return .nothing
        }
    }

    private func proxyEnded(
        _ result: FunctionResult, _ contract: ProxyResponse.Contract, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        switch result {
        case .success(let payload):
            self.context?.record.integrationStatus = 200
            if self.executionLog != nil { self.logResponse(status: 200, headers: [], body: Array(payload)) }
            let response: ProxyResponse
            do throws(GatewayFault) {
                response = try ProxyResponse(payload, contract: contract)
            } catch {
                self.executionLog?.failed("Malformed Lambda proxy response")
                throw error
            }
            self.context?.record.backendStatus = response.status
            return self.finish(self.proxied(response), at: now)
        case .failed(let payload):
            self.logFunctionError(payload)
            throw .integrationFailure
        case .timedOut(let payload):
            self.logFunctionError(payload)
            throw self.door == .http ? .integrationTimeout : .integrationFailure
        case .throttled: throw .functionThrottled
        case .eventTooLarge: throw .payloadTooLarge
        case .missing: throw .configurationError
        }
    }

    /// The pattern is held against the error message of a failed function only; the status of Lambda's answer never counts.
    private func mappedFunctionEnded(
        _ result: FunctionResult, _ overrides: MappingOverrides, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        guard let context = self.context else { return .nothing }
        var source = ResponseTransformations.Source(status: 200, overrides: overrides)
        switch result {
        case .success(let payload): source.body = Array(payload)
        case .failed(let payload), .timedOut(let payload):
            source.body = Array(payload)
            source.selector = FunctionErrorMessage.read(payload) ?? ""
        case .throttled, .missing: throw .configurationError
        case .eventTooLarge: throw .payloadTooLarge
        }
        self.context?.record.integrationStatus = 200
        self.logResponse(status: 200, headers: [], body: source.body)
        let response = try self.transform(source, context)
        return self.finish(self.mapped(response, withTrace: true), at: now)
    }

    func backendAnswered(
        _ answer: BackendAnswer, _ integrating: Integrating, at now: Timestamp
    ) throws(GatewayFault) -> GatewayAction {
        self.noteLatency(at: now)
        guard let context = self.context else { return .nothing }
        guard answer.body.count <= GatewayLimits.payloadBytes else { throw .payloadTooLarge }
        self.context?.record.integrationStatus = answer.status
        switch integrating {
        case .mapped, .action:
            self.context?.record.endpointRequestID = answer.headers.first("x-amzn-requestid").flatMap { RequestID($0) }
        case .httpProxy, .functionProxy, .function: break
        }
        self.logResponse(status: answer.status, headers: answer.headers, body: answer.body)
        switch integrating {
        case .mapped(let overrides, _):
            let source = ResponseTransformations.Source(
                selector: String(answer.status), status: answer.status, headers: answer.headers, body: answer.body,
                overrides: overrides)
            let response = try self.transform(source, context)
            return self.finish(self.mapped(response, withTrace: true), at: now)
        case .httpProxy, .action:
            guard 200...599 ~= answer.status else { throw .badBackendAnswer }
            let response = GatewayResponse(status: answer.status, headers: answer.headers, body: .bytes(answer.body))
            return self.finish(self.proxied(response), at: now)
        case .functionProxy, .function: return .nothing
        }
    }

    /// A refused connection behind a VPC link counts as a bad check of its target.
    func backendFailed(
        _ failure: BackendFailure, _ integrating: Integrating, _ shared: GatewayState
    ) throws(GatewayFault) -> GatewayAction {
        let link: Target?
        switch integrating {
        case .mapped(_, let target), .httpProxy(let target): link = target
        case .action: link = nil
        case .functionProxy, .function: return .nothing
        }
        self.context?.record.integrationError = failure.rawValue
        self.executionLog?.failed(
            link == nil
                ? "Invalid endpoint address" : "There was an internal error while executing your request")
        if let link, failure == .refused || failure == .badAnswer {
            shared.changeLoadBalancers { $0.connectionFailed(link.address, in: link.group) }
        }
        switch failure {
        case .timedOut: throw .integrationTimeout
        case .tooLarge: throw .payloadTooLarge
        case .badAnswer where link == nil: throw .badBackendAnswer
        case .unresolvable, .refused, .tlsRefused, .badAnswer, .exhausted:
            throw link == nil ? .configurationError : .linkUnavailable
        }
    }

    private func logFunctionError(_ payload: UnsafeRawBufferPointer) {
        guard self.executionLog != nil else { return }
        self.logResponse(status: 200, headers: [], body: Array(payload))
        self.executionLog?.functionFailed(FunctionErrorMessage.read(payload) ?? "")
    }

    private func logResponse(status: Int, headers: [HTTPHeader], body: [UInt8]) {
        self.executionLog?.endpointResponse(
            status: status, latencyMilliseconds: self.context?.record.integrationLatencyMilliseconds ?? 0, headers: headers,
            body: body)
    }

    private func noteLatency(at now: Timestamp) {
        guard let integrationBegan else { return }
        self.integrationLatency = now - integrationBegan
        self.context?.record.integrationLatencyMilliseconds = Int((now - integrationBegan).milliseconds)
    }
}

// The end of the way.
extension GatewayExchange {
    /// A function's proxy response.
    private func proxied(_ response: ProxyResponse) -> GatewayResponse {
        var headers = ResponseHeaders.remapped(response.headers, source: self.door.functionSource)
        headers += ResponseIdentity(door: self.door, stamp: self.stamp).headers
        if self.door == .rest { headers.append(HTTPHeader(TraceHeader.name, self.trace.header.text)) }
        return GatewayResponse(status: response.status, headers: headers, body: response.body)
    }

    /// An HTTP endpoint's answer, handed on. No trace: the endpoint may have its own.
    func proxied(_ response: GatewayResponse) -> GatewayResponse {
        var response = response
        response.headers =
            ResponseHeaders.remapped(response.headers, source: self.door == .rest ? .restHTTPProxy : .httpAPI)
            + ResponseIdentity(door: self.door, stamp: self.stamp).headers
        return response
    }

    /// A response that templates and mappings made.
    func mapped(_ response: GatewayResponse, withTrace: Bool = false) -> GatewayResponse {
        var response = response
        response.headers =
            IntegrationHeaders.remapped(response.headers) + ResponseIdentity(door: self.door, stamp: self.stamp).headers
        if withTrace { response.headers.append(HTTPHeader(TraceHeader.name, self.trace.header.text)) }
        return response
    }

    /// The gateway's own answer.
    func answer(_ fault: GatewayFault, at now: Timestamp) -> GatewayAction {
        self.context?.error = fault
        self.fault = fault
        if self.context?.record.integrationError == nil { self.context?.record.integrationError = fault.integrationMessage }
        if let text = fault.executionText { self.executionLog?.add(text) }
        let response: GatewayResponse
        if let context, context.isREST {
            response = context.api.gatewayResponses.response(for: fault, in: context)
        } else {
            response = ResponseIdentity(door: self.door, stamp: self.stamp).response(for: fault)
        }
        return self.finish(response, at: now, isFault: true)
    }

    /// - Parameter isWhole: a stream's body is still to come.
    func finish(
        _ response: GatewayResponse, at now: Timestamp, isFault: Bool = false, isWhole: Bool = true
    ) -> GatewayAction {
        var response = response
        if !isFault { self.note(response) }
        if self.ignoresCacheControl { response.headers.append(Self.ignoredCacheControl) }
        if isWhole, !isFault, let coding = self.coding(of: response) {
            response.coding = coding
            response.headers.append(HTTPHeader("Content-Encoding", coding.rawValue))
        }
        if let context, !context.isREST, !isFault {
            // A mapping that can't be applied leaves the response as it was: it is the client's all the same.
            var changed = response
            do throws(GatewayFault) {
                try context.served.integration.httpMappings.apply(to: &changed, context: context)
                response = changed
            } catch {
                self.context?.record.integrationError = "The response could not be mapped"
            }
        }
        if let cors = self.api?.cors {
            let origin = self.request.headers.first("origin")
            response.headers.removeAll { CORSHeaders.isCORSHeader($0.name) && !CORSHeaders.isPreflight(self.request) }
            if !CORSHeaders.isPreflight(self.request) { response.headers += cors.responseHeaders(origin: origin) }
        }
        if let cors = self.url?.cors, !FunctionURLCORS.isPreflight(self.request) {
            response.headers += cors.headers(for: self.request)
        }
        // These two have no body (RFC 9110 sections 15.3.5 and 15.4.5), whatever the backend wrote.
        if response.status == 204 || response.status == 304 { response.body = .text("") }
        self.context?.record.status = response.status
        self.context?.record.responseLength = response.body.count
        self.context?.record.responseLatencyMilliseconds = Int((now - self.stamp.time).milliseconds)
        self.outcome = GatewayOutcome(self, response, at: now)
        self.executionLog?.finish(response, isFault: isFault)
        self.state = .answered
        return .respond(response)
    }

    /// How a REST API's answer is compressed: where the API says from which size on, the client prefers a coding that is known, and
    /// the backend has not done it.
    private func coding(of response: GatewayResponse) -> ContentCoding? {
        guard let minimum = self.context?.api.minimumCompressionBytes, response.body.count >= max(minimum, 1),
            self.testedMethod == nil, response.headers.first("content-encoding") == nil
        else { return nil }
        return ContentCoding.preferred(self.request.headers.last("accept-encoding"))
    }

    /// The line of the stage's access log; `nil` before the answer, or where the stage keeps none.
    package var accessLogLine: String? {
        guard self.isAnswered, let context else { return nil }
        return context.stage.accessLog?.line(context)
    }

    /// The function began to stream: status and headers as the client gets them. For the exchange that is the answer; the bytes
    /// that follow are none of its concern. `nil` where no function's answer is awaited.
    package func beginStream(status: Int, headers: [HTTPHeader], at now: Timestamp) -> GatewayResponse? {
        guard case .integrating(.functionProxy) = self.state else { return nil }
        self.noteLatency(at: now)
        let response = self.proxied(ProxyResponse(status: status, headers: headers, body: .text("")))
        guard case .respond(let head) = self.finish(response, at: now, isWhole: false) else { return nil }
        return head
    }
}

extension Door {
    fileprivate var functionSource: ResponseHeaders.Source {
        switch self {
        case .rest: .restFunction
        case .http: .httpAPI
        case .functionURL: .functionURL
        }
    }
}

extension GatewayFault {
    /// What the execution log says of it; `nil` for faults whose cause was told where it was found.
    fileprivate var executionText: String? {
        switch self {
        case .missingParameters: self.validationText
        case .invalidBody:
            "Request body does not match model schema for content type application/json: \(self.validationText ?? "")"
        case .integrationTimeout: "Execution failed due to a timeout error"
        case .functionThrottled: "Lambda invocation failed with status: 429"
        case .unsupportedMediaType, .unreadableBody, .payloadTooLarge: self.answer(at: .rest).message
        case .missingAuthenticationToken, .unreadableAuthorization, .resourceNotFound, .unknownStage, .routeNotFound, .badRequest,
            .targetTooLong, .headersTooLarge, .methodARNTooLong, .unauthorized, .userPoolTokenExpired, .tokenMissing,
            .tokenRefused,
            .scopeMissing,
            .accessDenied, .anonymousDenied, .identityDenied, .authorizerFailure, .authorizerConfigurationError, .expiredToken,
            .invalidSignature, .invalidAPIKey, .quotaExceeded, .integrationFailure, .configurationError, .badBackendAnswer,
            .linkUnavailable, .throttled, .unknownURL, .unsignedRequest, .clientCertificateRefused,
            .filtered:
            nil
        }
    }

    /// `$context.integrationErrorMessage`
    fileprivate var integrationMessage: String? {
        switch self {
        case .integrationFailure: "The integration failed, or its response is not in the required format"
        case .integrationTimeout: "Endpoint request timed out"
        case .functionThrottled: "The function was throttled"
        case .configurationError: "The integration is not configured correctly"
        case .linkUnavailable: "No target behind the VPC link takes the request"
        case .badBackendAnswer: "The endpoint's answer is no HTTP"
        default: nil
        }
    }
}

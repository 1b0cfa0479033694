package import CoreTypes
package import LambdaCore

/// Lambda's control plane: answers every action but the invocations from a ``FunctionRegistry`` that it owns. A plain value,
/// which does no input or output: a call that brings code is answered in two steps, so that unpacking happens outside.
///
/// ```
/// switch controlPlane.handle(request, now: now, requestID: id) {
/// case .answer(let answer)?: send(answer.response)
/// case .storeCode(let upload)?:
///     let stored = Result { () throws(CodeStoreError) in try store.store(zip: upload.zip) }   // off the event loop
///     send(controlPlane.finish(upload, with: stored, now: now).response)
/// case nil: …  // an invocation, or not Lambda at all
/// }
/// ```
package struct LambdaControlPlane: Sendable {
    package var registry: FunctionRegistry
    package var mappings: EventSourceMappingRegistry
    private let router = LambdaRouter()
    let functionURLForm: FunctionURLForm

    /// How a function URL is written around its id.
    package struct FunctionURLForm: Hashable, Sendable {
        package var prefix: String
        package var suffix: String
        package init(prefix: String, suffix: String) {
            self.prefix = prefix
            self.suffix = suffix
        }
        /// `https://<id>.lambda-url.<region>.on.aws/`
        package static func aws(region: String) -> Self { Self(prefix: "https://", suffix: ".lambda-url.\(region).on.aws/") }
    }

    package struct Answer: Hashable, Sendable {
        package var response: AWSResponse
        /// What the call asked for and is kept but not emulated; one sentence each, for the host's log.
        package var notices: [String]

        package init(_ response: AWSResponse, notices: [String] = []) {
            self.response = response
            self.notices = notices
        }
    }

    package enum Step: Sendable {
        case answer(Answer)
        /// Store the upload's zip, then call ``finish(_:with:now:)``.
        case storeCode(CodeUpload)
    }

    /// A call that waits for its deployment package.
    package struct CodeUpload: Sendable {
        package let zip: [UInt8]
        let call: LambdaCall
    }

    /// Bytes of a request; the service says so itself (413).
    package static let requestBytes = 70_167_211

    package init(
        registry: FunctionRegistry, mappings: EventSourceMappingRegistry? = nil, functionURLForm: FunctionURLForm? = nil
    ) {
        self.registry = registry
        self.mappings = mappings ?? EventSourceMappingRegistry(region: registry.region, account: registry.account)
        self.functionURLForm = functionURLForm ?? .aws(region: registry.region)
    }

    /// - Parameter queue: looks up a queue that an event source mapping is to be made of.
    /// - Returns: `nil` for Invoke, InvokeWithResponseStream, InvokeAsync, and for paths that are no action of Lambda.
    package mutating func handle(
        _ request: AWSRequest, now: Timestamp, requestID: RequestID, queue: (ARN) -> MappedQueue = { _ in .unknown }
    ) -> Step? {
        guard let match = self.router.match(request) else { return nil }
        switch match.operation {
        case .invoke, .invokeAsync, .invokeWithResponseStream: return nil
        default: break
        }
        do {
            var call = try LambdaCall(match, request, requestID)
            call.mappedQueue = self.mappedQueue(of: call).map(queue) ?? .unknown
            return self.withRequestID(requestID, try self.perform(call, now))
        } catch {
            return self.withRequestID(requestID, .answer(Answer(AWSResponse(error: error))))
        }
    }

    /// The second step of a call that brought code.
    package mutating func finish(
        _ upload: CodeUpload, with stored: Result<StoredCode, CodeStoreError>, now: Timestamp
    ) -> Answer {
        var call = upload.call
        let step: Step
        switch stored {
        case .success(let code):
            call.storedCode = code
            do {
                step = try self.perform(call, now)
            } catch {
                step = .answer(Answer(AWSResponse(error: error)))
            }
        case .failure(let error):
            step = .answer(Answer(AWSResponse(error: error.apiError)))
        }
        guard case .answer(let answer) = self.withRequestID(call.requestID, step) else {
            preconditionFailure("a call that has its code asks for none")
        }
        return answer
    }

    private func withRequestID(_ requestID: RequestID, _ step: Step) -> Step {
        guard case .answer(var answer) = step else { return step }
        answer.response.headers.append(AWSRequest.Header("x-amzn-RequestId", requestID.description))
        return .answer(answer)
    }

    private mutating func perform(_ call: LambdaCall, _ now: Timestamp) throws(LambdaAPIError) -> Step {
        var change = RegistryChange(time: now, requestID: call.requestID)
        switch call.operation {
        case .createFunction: return try self.createFunction(call, &change)
        case .updateFunctionCode: return try self.updateFunctionCode(call, &change)
        case .publishLayerVersion: return try self.publishLayerVersion(call, &change)
        case .updateFunctionConfiguration: return .answer(try self.updateFunctionConfiguration(call, &change))
        case .putProvisionedConcurrencyConfig: return .answer(try self.putProvisionedConcurrency(call, &change))
        case .createEventSourceMapping: return .answer(try self.createMapping(call, &change))
        case .updateEventSourceMapping: return .answer(try self.updateMapping(call, &change))
        default: return .answer(Answer(try self.answer(call, &change)))
        }
    }

    /// The actions that need no code and have nothing to note.
    private mutating func answer(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        switch call.operation {
        case .getFunction: try self.getFunction(call)
        case .getFunctionConfiguration: try self.getFunctionConfiguration(call)
        case .listFunctions: try self.listFunctions(call)
        case .deleteFunction: try self.deleteFunction(call)

        case .publishVersion: try self.publishVersion(call, &change)
        case .listVersionsByFunction: try self.listVersions(call)
        case .createAlias: try self.createAlias(call, &change)
        case .getAlias: try self.getAlias(call)
        case .listAliases: try self.listAliases(call)
        case .updateAlias: try self.updateAlias(call, &change)
        case .deleteAlias: try self.deleteAlias(call)

        case .addPermission: try self.addPermission(call, &change)
        case .getPolicy: try self.getPolicy(call)
        case .removePermission: try self.removePermission(call, &change)

        case .putFunctionConcurrency: try self.putConcurrency(call)
        case .getFunctionConcurrency: try self.getConcurrency(call)
        case .deleteFunctionConcurrency: try self.deleteConcurrency(call)
        case .getProvisionedConcurrencyConfig: try self.getProvisionedConcurrency(call)
        case .listProvisionedConcurrencyConfigs: try self.listProvisionedConcurrency(call)
        case .deleteProvisionedConcurrencyConfig: try self.deleteProvisionedConcurrency(call)

        case .putFunctionEventInvokeConfig: try self.putEventInvoke(call, merging: false, &change)
        case .updateFunctionEventInvokeConfig: try self.putEventInvoke(call, merging: true, &change)
        case .getFunctionEventInvokeConfig: try self.getEventInvoke(call)
        case .listFunctionEventInvokeConfigs: try self.listEventInvoke(call)
        case .deleteFunctionEventInvokeConfig: try self.deleteEventInvoke(call)

        case .createFunctionUrlConfig: try self.createURL(call, &change)
        case .updateFunctionUrlConfig: try self.updateURL(call, &change)
        case .getFunctionUrlConfig: try self.getURL(call)
        case .listFunctionUrlConfigs: try self.listURLs(call)
        case .deleteFunctionUrlConfig: try self.deleteURL(call)

        case .getEventSourceMapping: try self.getMapping(call)
        case .listEventSourceMappings: try self.listMappings(call)
        case .deleteEventSourceMapping: try self.deleteMapping(call, change)

        case .listTags: try self.listTags(call)
        case .tagResource: try self.tagResource(call)
        case .untagResource: try self.untagResource(call)

        case .getLayerVersion: try self.getLayerVersion(call)
        case .getLayerVersionByArn: try self.getLayerVersionByARN(call)
        case .listLayerVersions: try self.listLayerVersions(call)
        case .listLayers: try self.listLayers(call)
        case .deleteLayerVersion: try self.deleteLayerVersion(call)

        case .getAccountSettings: self.getAccountSettings()
        case .getFunctionRecursionConfig: try self.getRecursion(call)
        case .putFunctionRecursionConfig: try self.putRecursion(call)
        case .getRuntimeManagementConfig: try self.getRuntimeManagement(call)
        case .putRuntimeManagementConfig: try self.putRuntimeManagement(call)
        case .getFunctionCodeSigningConfig: try self.getCodeSigning(call)

        default: throw UnsupportedWire.lambda(call.operation)
        }
    }
}

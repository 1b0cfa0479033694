import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    /// Bytes of code that an account may keep in a region: 75 GB (developer guide, "Lambda quotas").
    private static let totalCodeBytes = 80_530_636_800

    func getAccountSettings() -> AWSResponse {
        let registry = self.registry
        func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }
        return AWSResponse(
            status: 200,
            json: [
                "AccountLimit": [
                    "TotalCodeSize": number(Self.totalCodeBytes),
                    "CodeSizeUnzipped": number(FunctionLimits.unzippedBytes),
                    "CodeSizeZipped": number(FunctionLimits.zipBytes),
                    "ConcurrentExecutions": number(registry.concurrencyLimit),
                    "UnreservedConcurrentExecutions": number(registry.unreservedConcurrency),
                ],
                "AccountUsage": [
                    "TotalCodeSize": number(registry.totalCodeSize), "FunctionCount": number(registry.records.count),
                ],
            ])
    }

    func getRecursion(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let mode = try self.registry.locate(call.functionName).record.recursiveLoop
        return AWSResponse(status: 200, json: ["RecursiveLoop": .string(mode.rawValue)])
    }

    mutating func putRecursion(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let text = try reader.string(
            "RecursiveLoop", in: call.body, values: RecursiveLoop.allCases.map(\.rawValue), isRequired: true)
        try reader.check()
        try self.registry.setRecursiveLoop(call.functionName, text.flatMap(RecursiveLoop.init(rawValue:)) ?? .terminate)
        return try self.getRecursion(call)
    }

    func getRuntimeManagement(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let (arn, setting) = try self.registry.runtimeManagement(call.functionName, qualifier: try call.qualifier())
        var json: JSONObject = ["UpdateRuntimeOn": .string(setting.updateRuntimeOn.rawValue), "FunctionArn": .string(arn)]
        json["RuntimeVersionArn"] = setting.runtimeVersionARN.map(JSON.string)
        return AWSResponse(status: 200, json: .object(json))
    }

    mutating func putRuntimeManagement(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let mode = try reader.string(
            "UpdateRuntimeOn", in: call.body, values: RuntimeManagement.UpdateMode.allCases.map(\.rawValue), isRequired: true)
        let arn = try reader.string("RuntimeVersionArn", in: call.body, length: 26...2_048)
        try reader.check()
        let setting = RuntimeManagement(
            updateRuntimeOn: mode.flatMap(RuntimeManagement.UpdateMode.init(rawValue:)) ?? .auto, runtimeVersionARN: arn)
        guard (setting.updateRuntimeOn == .manual) == (arn != nil) else {
            throw .invalidParameter("RuntimeVersionArn must be given with UpdateRuntimeOn Manual, and only then.")
        }
        try self.registry.setRuntimeManagement(call.functionName, qualifier: try call.qualifier(), setting)
        return try self.getRuntimeManagement(call)
    }

    /// Both members are required by the model; without a configuration the service answers an empty ARN.
    func getCodeSigning(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let record = try self.registry.locate(call.functionName).record
        let arn = record.latest.contents.extras["CodeSigningConfigArn"] ?? ""
        return AWSResponse(status: 200, json: ["CodeSigningConfigArn": arn, "FunctionName": .string(record.name)])
    }
}

import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    mutating func publishLayerVersion(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> Step {
        var reader = MemberReader()
        let label = call.label("LayerName")
        reader.check(label, at: "layerName", length: 1...140, pattern: .layerName)
        let description = try reader.string("Description", in: call.body, length: 0...FunctionLimits.descriptionLength)
        let runtimes = try reader.strings("CompatibleRuntimes", in: call.body, count: 0...15, values: Runtime.known)
        let architectures = try reader.strings(
            "CompatibleArchitectures", in: call.body, count: 0...2, values: ["x86_64", "arm64"])
        let license = try reader.string("LicenseInfo", in: call.body, length: 0...512)
        let content = try CodeMembers(try reader.structure("Content", in: call.body, isRequired: true) ?? [:], &reader)
        try reader.check()
        guard let stored = call.storedCode else { return .storeCode(CodeUpload(zip: try content.zip(), call: call)) }

        let name = label.split(separator: ":").last.map(String.init) ?? label
        let version = self.registry.layers.publish(
            LayerVersion(
                layerName: name, source: .folder(stored.folder), code: stored.description, description: description ?? "",
                compatibleRuntimes: runtimes ?? [], compatibleArchitectures: architectures ?? [], licenseInfo: license,
                created: change.time))
        return .answer(Answer(AWSResponse(status: 201, json: .object(self.json(version, withContent: true)))))
    }

    func getLayerVersion(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let version = try self.registry.layers.version(call.label("LayerName"), try Self.number(call))
        return AWSResponse(status: 200, json: .object(self.json(version, withContent: true)))
    }

    func getLayerVersionByARN(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        guard let version = self.registry.layers.version(arn: call.parameter("Arn") ?? "") else { throw .resourceDoesNotExist }
        return AWSResponse(status: 200, json: .object(self.json(version, withContent: true)))
    }

    func listLayerVersions(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let versions = self.registry.layers.versions(call.label("LayerName")).filter { Self.matches($0, call) }
        // Newest first: the key grows as the number falls.
        return try call.page(versions, as: "LayerVersions", key: { Timestamp.pad(Int.max - $0.number, 20) }) { version in
            self.json(version, withContent: false)
        }
    }

    func listLayers(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let layers = self.registry.layers
        let latest = layers.names.compactMap { name in layers.versions(name).first { Self.matches($0, call) } }
        return try call.page(latest, as: "Layers", key: \.layerName) { version in
            [
                "LayerName": .string(version.layerName), "LayerArn": .string(layers.arn(version.layerName)),
                "LatestMatchingVersion": .object(self.json(version, withContent: false)),
            ]
        }
    }

    mutating func deleteLayerVersion(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        self.registry.layers.delete(call.label("LayerName"), try Self.number(call))
        return AWSResponse(status: 204)
    }

    private static func number(_ call: LambdaCall) throws(LambdaAPIError) -> Int {
        let text = call.label("VersionNumber")
        guard let number = Int(text) else { throw .serialization("STRING_VALUE can not be converted to a Long") }
        guard number > 0 else { throw .invalidParameter("Layer Version Cannot be less than 1.") }
        return number
    }

    private static func matches(_ version: LayerVersion, _ call: LambdaCall) -> Bool {
        let runtime = call.parameter("CompatibleRuntime").map(version.compatibleRuntimes.contains) ?? true
        return runtime && call.parameter("CompatibleArchitecture").map(version.compatibleArchitectures.contains) ?? true
    }

    private func json(_ version: LayerVersion, withContent: Bool) -> JSONObject {
        var json = JSONObject()
        if withContent {
            json["Content"] = [
                "Location": .string(version.source.location), "CodeSha256": .string(version.code.sha256),
                "CodeSize": .number(JSONNumber(version.code.size)),
            ]
            json["LayerArn"] = .string(self.registry.layers.arn(version.layerName))
        }
        json["LayerVersionArn"] = .string(self.registry.layers.arn(version))
        json["Description"] = .string(version.description)
        json["CreatedDate"] = .string(version.created.lambdaLastModified)
        json["Version"] = .number(JSONNumber(version.number))
        if !version.compatibleRuntimes.isEmpty {
            json["CompatibleRuntimes"] = .array(version.compatibleRuntimes.map(JSON.string))
        }
        json["LicenseInfo"] = version.licenseInfo.map(JSON.string)
        if !version.compatibleArchitectures.isEmpty {
            json["CompatibleArchitectures"] = .array(version.compatibleArchitectures.map(JSON.string))
        }
        return json
    }
}

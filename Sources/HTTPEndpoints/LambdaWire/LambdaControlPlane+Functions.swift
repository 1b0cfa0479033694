import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    var wire: FunctionVersionWire { FunctionVersionWire(registry: self.registry) }

    // MARK: Create and update

    mutating func createFunction(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> Step {
        var reader = MemberReader()
        let text = try reader.string("FunctionName", in: call.body, isRequired: true) ?? ""
        let members = try ConfigurationMembers(call.body, &reader, isCreation: true)
        let code = try CodeMembers(try reader.structure("Code", in: call.body, isRequired: true) ?? [:], &reader)
        let architecture = try Self.architecture(call.body, &reader)
        let packageType = try reader.string("PackageType", in: call.body, values: ["Zip", "Image"])
        let publish = try reader.bool("Publish", in: call.body) ?? false
        let tags = try reader.map("Tags", in: call.body) ?? [:]
        try reader.check()
        let name = try self.newName(text)
        guard packageType != "Image" else { throw CodeMembers.imageNotSupported }
        guard let runtime = members.runtime, let handler = members.handler else {
            throw .invalidParameter(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        // Everything is checked before the code is unpacked, and again after it: meanwhile the name may have been taken.
        var contents = FunctionContents(
            configuration: FunctionConfiguration(
                name: name, runtime: Runtime(rawValue: runtime), handler: handler, code: .folder("")),
            code: .unknown)
        if let architecture { contents.configuration.architecture = architecture }
        try members.apply(to: &contents, self.registry.layers)
        guard self.registry.records[name] == nil else { throw .conflict("Function already exist: \(name)") }
        guard tags.count <= FunctionRegistry.tagLimit else {
            throw .invalidParameter("Number of tags exceeds resource tag limit.")
        }
        guard let stored = call.storedCode else { return .storeCode(CodeUpload(zip: try code.zip(), call: call)) }

        contents.configuration.code = .folder(stored.folder)
        contents.code = stored.description
        var version = try self.registry.create(contents, tags: tags, &change)
        if publish { version = try self.registry.publishVersion(name, &change).version }
        let json = self.wire.configuration(version, qualifier: publish ? version.id.version : nil, .creating)
        return .answer(Answer(AWSResponse(status: 201, json: .object(json)), notices: members.notices(for: name)))
    }

    /// A new function may be named by an ARN, but only of this account and region and without a qualifier.
    private func newName(_ text: String) throws(LambdaAPIError) -> String {
        let reference = try FunctionReference(text)
        if let region = reference.region, region != self.registry.region {
            throw .otherRegion(region, here: self.registry.region)
        }
        guard reference.qualifier == nil else {
            throw .invalidParameter("The function name \(text) may not have a qualifier when the function is created.")
        }
        return reference.name
    }

    mutating func updateFunctionCode(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> Step {
        var reader = MemberReader()
        let code = try CodeMembers(call.body, &reader)
        let architecture = try Self.architecture(call.body, &reader)
        let publish = try reader.bool("Publish", in: call.body) ?? false
        let isDryRun = try reader.bool("DryRun", in: call.body) ?? false
        let revisionID = try reader.string("RevisionId", in: call.body)
        try reader.check()
        let latest = try self.registry.locateFunction(call.functionName).latest
        try Self.require(revisionID, latest)
        guard let stored = call.storedCode else { return .storeCode(CodeUpload(zip: try code.zip(), call: call)) }

        var contents = latest.contents
        contents.configuration.code = .folder(stored.folder)
        contents.code = stored.description
        if let architecture { contents.configuration.architecture = architecture }
        guard !isDryRun else {
            var json = self.wire.configuration(latest, qualifier: nil)
            json["CodeSha256"] = .string(stored.description.sha256)
            json["CodeSize"] = .number(JSONNumber(stored.description.size))
            json["Architectures"] = [.string(contents.configuration.architecture.rawValue)]
            return .answer(Answer(AWSResponse(status: 200, json: .object(json))))
        }
        var version = try self.registry.update(latest.id.name, contents: contents, &change)
        if publish { version = try self.registry.publishVersion(latest.id.name, &change).version }
        let json = self.wire.configuration(version, qualifier: publish ? version.id.version : nil, .updating)
        return .answer(Answer(AWSResponse(status: 200, json: .object(json))))
    }

    mutating func updateFunctionConfiguration(
        _ call: LambdaCall, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> Answer {
        var reader = MemberReader()
        let members = try ConfigurationMembers(call.body, &reader, isCreation: false)
        let revisionID = try reader.string("RevisionId", in: call.body)
        try reader.check()
        let latest = try self.registry.locateFunction(call.functionName).latest
        try Self.require(revisionID, latest)
        var contents = latest.contents
        try members.apply(to: &contents, self.registry.layers)
        let version = try self.registry.update(latest.id.name, contents: contents, &change)
        let json = self.wire.configuration(version, qualifier: nil, .updating)
        return Answer(AWSResponse(status: 200, json: .object(json)), notices: members.notices(for: latest.id.name))
    }

    private static func architecture(
        _ body: JSONObject, _ reader: inout MemberReader
    ) throws(LambdaAPIError) -> Architecture? {
        try reader.strings("Architectures", in: body, count: 1...1, values: ["x86_64", "arm64"])?.first.flatMap(
            Architecture.init(rawValue:))
    }

    private static func require(_ revisionID: String?, _ version: FunctionVersion) throws(LambdaAPIError) {
        guard let revisionID, revisionID != version.revisionID.description else { return }
        throw .revisionMismatch
    }

    // MARK: Read and delete

    func getFunction(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let (record, version, qualifier) = try self.registry.version(call.functionName, qualifier: try call.qualifier())
        var json: JSONObject = [
            "Configuration": .object(self.wire.configuration(version, qualifier: qualifier)),
            "Code": ["RepositoryType": "S3", "Location": .string(version.configuration.code.location)],
        ]
        if !record.tags.isEmpty { json["Tags"] = .object(JSONObject(sorted: record.tags)) }
        if let reserved = record.reservedConcurrency {
            json["Concurrency"] = ["ReservedConcurrentExecutions": .number(JSONNumber(reserved))]
        }
        return AWSResponse(status: 200, json: .object(json))
    }

    func getFunctionConfiguration(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let (_, version, qualifier) = try self.registry.version(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(status: 200, json: .object(self.wire.configuration(version, qualifier: qualifier)))
    }

    /// `FunctionVersion=ALL` adds the published versions, and the qualifier to every ARN.
    func listFunctions(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let all = call.parameter("FunctionVersion")
        if let all {
            var reader = MemberReader()
            reader.check(all, at: "functionVersion", values: ["ALL"])
            try reader.check()
        }
        let versions = self.registry.sortedRecords.flatMap { record in
            [record.latest] + (all == nil ? [] : record.sortedVersions)
        }
        let wire = self.wire
        return try call.page(versions, as: "Functions", key: { "\($0.id.name):\($0.sortKey)" }) { version in
            wire.configuration(version, qualifier: all == nil ? nil : version.id.version)
        }
    }

    /// 204: the model's 200 with `StatusCode` is the status repeated.
    mutating func deleteFunction(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.delete(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(status: 204)
    }
}

extension FunctionVersion {
    /// Sorts as the versions do: `$LATEST` first, then by number.
    var sortKey: String { self.id.version == Self.latest ? "" : Timestamp.pad(Int(self.id.version) ?? 0, 20) }
}

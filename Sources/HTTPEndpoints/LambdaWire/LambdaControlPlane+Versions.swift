import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    mutating func publishVersion(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let digest = try reader.string("CodeSha256", in: call.body)
        let revisionID = try reader.string("RevisionId", in: call.body)
        let description = try reader.string("Description", in: call.body, length: 0...FunctionLimits.descriptionLength)
        try reader.check()
        let (version, isNew) = try self.registry.publishVersion(
            call.functionName, codeSHA256: digest, revisionID: revisionID, description: description, &change)
        let json = self.wire.configuration(version, qualifier: version.id.version, isNew ? .creating : .settled)
        return AWSResponse(status: 201, json: .object(json))
    }

    func listVersions(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let record = try self.registry.locate(call.functionName).record
        let wire = self.wire
        // A leading blank keeps the key of `$LATEST` from being an empty marker.
        return try call.page([record.latest] + record.sortedVersions, as: "Versions", key: { " \($0.sortKey)" }) { version in
            wire.configuration(version, qualifier: version.id.version)
        }
    }

    // MARK: Aliases

    mutating func createAlias(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let name = try reader.string("Name", in: call.body, length: 1...128, pattern: .alias, isRequired: true) ?? ""
        let version = try reader.string("FunctionVersion", in: call.body, pattern: .version, isRequired: true) ?? ""
        let description = try reader.string("Description", in: call.body, length: 0...FunctionLimits.descriptionLength)
        let additional = try Self.additionalVersion(call.body, &reader) ?? nil
        try reader.check()
        let alias = try self.registry.createAlias(
            call.functionName, name: name, functionVersion: version, description: description ?? "", additional: additional,
            &change)
        let record = try self.registry.locate(call.functionName).record
        return AWSResponse(status: 201, json: .object(self.json(alias, of: record)))
    }

    func getAlias(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let (record, alias) = try self.registry.alias(call.functionName, name: call.label("Name"))
        return AWSResponse(status: 200, json: .object(self.json(alias, of: record)))
    }

    /// `FunctionVersion` narrows the list to the aliases of one version.
    func listAliases(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let record = try self.registry.locate(call.functionName).record
        let version = call.parameter("FunctionVersion")
        let aliases = record.sortedAliases.filter { alias in
            version.map { alias.functionVersion == $0 || alias.additional?.version == $0 } ?? true
        }
        return try call.page(aliases, as: "Aliases", key: \.name) { self.json($0, of: record) }
    }

    mutating func updateAlias(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let version = try reader.string("FunctionVersion", in: call.body, pattern: .version)
        let description = try reader.string("Description", in: call.body, length: 0...FunctionLimits.descriptionLength)
        let additional = try Self.additionalVersion(call.body, &reader)
        let revisionID = try reader.string("RevisionId", in: call.body)
        try reader.check()
        let alias = try self.registry.updateAlias(
            call.functionName, name: call.label("Name"), functionVersion: version, description: description,
            additional: additional, revisionID: revisionID, &change)
        let record = try self.registry.locate(call.functionName).record
        return AWSResponse(status: 200, json: .object(self.json(alias, of: record)))
    }

    mutating func deleteAlias(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.deleteAlias(call.functionName, name: call.label("Name"))
        return AWSResponse(status: 204)
    }

    /// `nil` when the call has no `RoutingConfig`, `.some(nil)` when it has an empty one.
    private static func additionalVersion(
        _ body: JSONObject, _ reader: inout MemberReader
    ) throws(LambdaAPIError) -> FunctionAlias.AdditionalVersion?? {
        guard let routing = try reader.structure("RoutingConfig", in: body) else { return nil }
        let weights = try reader.structure("AdditionalVersionWeights", in: routing, at: "routingConfig") ?? [:]
        guard weights.count <= 1 else {
            throw .invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1")
        }
        guard let (version, value) = weights.members.first else { return .some(nil) }
        let path = "routingConfig.additionalVersionWeights"
        guard let weight = value.numberValue?.doubleValue else {
            throw .serialization("\(value.kind.uppercased())_VALUE can not be converted to a Double")
        }
        if version != FunctionVersion.latest, !MemberReader.Pattern.number.matches(version) {
            reader.fail(
                JSON.object(weights).description, at: path,
                "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]+]")
        }
        if !(0.0...1.0).contains(weight) {
            reader.fail(
                JSON.object(weights).description, at: path,
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value "
                    + "greater than or equal to 0.0]")
        }
        return .some(FunctionAlias.AdditionalVersion(version: version, weight: weight))
    }

    private func json(_ alias: FunctionAlias, of record: FunctionRecord) -> JSONObject {
        var json: JSONObject = [
            "AliasArn": .string(self.registry.functionARN(record.name, alias.name)),
            "Name": .string(alias.name),
            "FunctionVersion": .string(alias.functionVersion),
            "Description": .string(alias.description),
        ]
        if let additional = alias.additional {
            json["RoutingConfig"] = [
                "AdditionalVersionWeights": .object([additional.version: .number(JSONNumber(additional.weight))])
            ]
        }
        json["RevisionId"] = .string(alias.revisionID.description)
        return json
    }
}

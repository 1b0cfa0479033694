import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    mutating func putConcurrency(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let reserved = try reader.integer(
            "ReservedConcurrentExecutions", in: call.body, range: 0...Int(Int32.max), isRequired: true)
        try reader.check()
        try self.registry.setReservedConcurrency(call.functionName, reserved)
        return try self.getConcurrency(call)
    }

    /// `{}` when nothing is reserved.
    func getConcurrency(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        var json = JSONObject()
        if let reserved = try self.registry.locate(call.functionName).record.reservedConcurrency {
            json["ReservedConcurrentExecutions"] = .number(JSONNumber(reserved))
        }
        return AWSResponse(status: 200, json: .object(json))
    }

    mutating func deleteConcurrency(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.setReservedConcurrency(call.functionName, nil)
        return AWSResponse(status: 204)
    }

    // MARK: Provisioned concurrency

    mutating func putProvisionedConcurrency(
        _ call: LambdaCall, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> Answer {
        var reader = MemberReader()
        let requested = try reader.integer(
            "ProvisionedConcurrentExecutions", in: call.body, range: 1...Int(Int32.max), isRequired: true)
        try reader.check()
        let qualifier = try call.requiredQualifier()
        let provisioned = try self.registry.setProvisionedConcurrency(
            call.functionName, qualifier: qualifier, requested ?? 1, &change)
        let notice =
            "function \(call.functionName):\(qualifier): provisioned concurrency is kept and shown as READY, but environments are "
            + "started on demand"
        return Answer(AWSResponse(status: 202, json: .object(Self.json(provisioned, isReady: false))), notices: [notice])
    }

    func getProvisionedConcurrency(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let provisioned = try self.registry.provisionedConcurrency(call.functionName, qualifier: try call.requiredQualifier())
        return AWSResponse(status: 200, json: .object(Self.json(provisioned, isReady: true)))
    }

    func listProvisionedConcurrency(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let record = try self.registry.locate(call.functionName).record
        let entries = record.provisioned.sorted { $0.key < $1.key }
        return try call.page(entries, as: "ProvisionedConcurrencyConfigs", key: \.key) { qualifier, provisioned in
            var json: JSONObject = ["FunctionArn": .string(self.registry.functionARN(record.name, qualifier))]
            for (name, value) in Self.json(provisioned, isReady: true).members { json[name] = value }
            return json
        }
    }

    mutating func deleteProvisionedConcurrency(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.deleteProvisionedConcurrency(call.functionName, qualifier: try call.requiredQualifier())
        return AWSResponse(status: 204)
    }

    private static func json(_ provisioned: ProvisionedConcurrency, isReady: Bool) -> JSONObject {
        let ready = JSON.number(JSONNumber(isReady ? provisioned.requested : 0))
        return [
            "RequestedProvisionedConcurrentExecutions": .number(JSONNumber(provisioned.requested)),
            "AvailableProvisionedConcurrentExecutions": ready,
            "AllocatedProvisionedConcurrentExecutions": ready,
            "Status": isReady ? "READY" : "IN_PROGRESS",
            "LastModified": .string(provisioned.lastModified.lambdaLastModified),
        ]
    }
}

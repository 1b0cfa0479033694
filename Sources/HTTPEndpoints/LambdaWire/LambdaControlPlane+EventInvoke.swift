import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    /// - Parameter merging: UpdateFunctionEventInvokeConfig keeps what the call leaves out; Put starts from nothing.
    mutating func putEventInvoke(
        _ call: LambdaCall, merging: Bool, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let attempts = try reader.integer("MaximumRetryAttempts", in: call.body, range: 0...2)
        let age = try reader.integer("MaximumEventAgeInSeconds", in: call.body, range: 60...21_600)
        let destinations = try reader.structure("DestinationConfig", in: call.body)
        let success = try Self.destination("OnSuccess", destinations, &reader)
        let failure = try Self.destination("OnFailure", destinations, &reader)
        try reader.check()
        guard attempts != nil || age != nil || destinations != nil else {
            throw .invalidParameter("You must specify at least one of error handling or destination setting.")
        }
        let qualifier = try call.qualifier()
        var configuration = EventInvokeConfiguration()
        if merging {
            configuration = try self.registry.storedEventInvoke(call.functionName, qualifier: qualifier).stored.configuration
        }
        if let attempts { configuration.maximumRetryAttempts = attempts }
        if let age { configuration.maximumEventAgeSeconds = age }
        if let success { configuration.onSuccess = success.isEmpty ? nil : success }
        if let failure { configuration.onFailure = failure.isEmpty ? nil : failure }
        let (arn, stored) = try self.registry.setEventInvoke(call.functionName, qualifier: qualifier, configuration, &change)
        return AWSResponse(status: 200, json: .object(Self.json(arn, stored)))
    }

    /// "" takes a destination away.
    private static func destination(
        _ name: String, _ destinations: JSONObject?, _ reader: inout MemberReader
    ) throws(LambdaAPIError) -> String? {
        guard let destinations, let entry = try reader.structure(name, in: destinations) else { return nil }
        let path = "destinationConfig.\(name.prefix(1).lowercased())\(name.dropFirst())"
        return try reader.string("Destination", in: entry, at: path, length: 0...350) ?? ""
    }

    func getEventInvoke(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let (arn, stored) = try self.registry.storedEventInvoke(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(status: 200, json: .object(Self.json(arn, stored)))
    }

    func listEventInvoke(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let record = try self.registry.locate(call.functionName).record
        let entries = record.eventInvoke.sorted { $0.key < $1.key }
        return try call.page(entries, as: "FunctionEventInvokeConfigs", key: \.key) { key, stored in
            Self.json(self.registry.functionARN(record.name, key), stored)
        }
    }

    mutating func deleteEventInvoke(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.deleteEventInvoke(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(status: 204)
    }

    /// `LastModified` is a number here: seconds since 1970.
    private static func json(_ arn: String, _ stored: StoredEventInvokeConfiguration) -> JSONObject {
        func destination(_ arn: String?) -> JSON { arn.map { ["Destination": .string($0)] } ?? [:] }
        let configuration = stored.configuration
        var json: JSONObject = [
            "LastModified": .number(JSONNumber(Double(stored.lastModified.milliseconds) / 1_000)), "FunctionArn": .string(arn),
        ]
        json["MaximumRetryAttempts"] = configuration.maximumRetryAttempts.map { .number(JSONNumber($0)) }
        json["MaximumEventAgeInSeconds"] = configuration.maximumEventAgeSeconds.map { .number(JSONNumber($0)) }
        json["DestinationConfig"] = [
            "OnSuccess": destination(configuration.onSuccess), "OnFailure": destination(configuration.onFailure),
        ]
        return json
    }
}

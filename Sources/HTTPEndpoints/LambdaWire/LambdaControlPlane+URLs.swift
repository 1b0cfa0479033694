import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    mutating func createURL(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        var configuration = FunctionURLConfiguration()
        try Self.read(call.body, into: &configuration, isCreation: true)
        let url = try self.registry.createURL(call.functionName, qualifier: try call.qualifier(), configuration, &change)
        var json = self.json(url)
        json["LastModifiedTime"] = nil
        return AWSResponse(status: 201, json: .object(json))
    }

    mutating func updateURL(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        let qualifier = try call.qualifier()
        var configuration = try self.registry.url(call.functionName, qualifier: qualifier).configuration
        try Self.read(call.body, into: &configuration, isCreation: false)
        let url = try self.registry.updateURL(call.functionName, qualifier: qualifier, configuration, &change)
        return AWSResponse(status: 200, json: .object(self.json(url)))
    }

    func getURL(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let url = try self.registry.url(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(status: 200, json: .object(self.json(url)))
    }

    func listURLs(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let record = try self.registry.locate(call.functionName).record
        let entries = record.urls.sorted { $0.key < $1.key }.map(\.value)
        return try call.page(entries, as: "FunctionUrlConfigs", key: { $0.alias ?? FunctionVersion.latest }) { self.json($0) }
    }

    mutating func deleteURL(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.deleteURL(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(status: 204)
    }

    private static func read(
        _ body: JSONObject, into configuration: inout FunctionURLConfiguration, isCreation: Bool
    ) throws(LambdaAPIError) {
        var reader = MemberReader()
        let auth = try reader.string("AuthType", in: body, values: ["NONE", "AWS_IAM"], isRequired: isCreation)
        let mode = try reader.string("InvokeMode", in: body, values: ["BUFFERED", "RESPONSE_STREAM"])
        let cors = try reader.structure("Cors", in: body)
        if let cors {
            _ = try reader.integer("MaxAge", in: cors, at: "cors", range: 0...86_400)
            _ = try reader.bool("AllowCredentials", in: cors)
            for name in ["AllowHeaders", "AllowOrigins", "ExposeHeaders"] {
                _ = try reader.strings(name, in: cors, at: "cors", count: 0...100)
            }
            _ = try reader.strings("AllowMethods", in: cors, at: "cors", count: 0...6)
        }
        try reader.check()
        if let auth = auth.flatMap(FunctionURLConfiguration.AuthType.init(rawValue:)) { configuration.authType = auth }
        if let mode = mode.flatMap(FunctionURLConfiguration.InvokeMode.init(rawValue:)) { configuration.invokeMode = mode }
        if let cors { configuration.cors = .object(cors) }
    }

    private func json(_ url: FunctionURL) -> JSONObject {
        var json: JSONObject = [
            "FunctionUrl": .string(self.functionURLForm.prefix + url.id + self.functionURLForm.suffix),
            "FunctionArn": .string(self.registry.functionARN(url.functionName, url.alias)),
            "AuthType": .string(url.configuration.authType.rawValue),
        ]
        json["Cors"] = url.configuration.cors
        json["CreationTime"] = .string(url.created.iso8601)
        json["LastModifiedTime"] = .string(url.lastModified.iso8601)
        json["InvokeMode"] = .string(url.configuration.invokeMode.rawValue)
        return json
    }
}

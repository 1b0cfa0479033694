import CoreTypes

/// What an extension asked for with `PUT /2022-07-01/telemetry` or `PUT /2020-08-15/logs`:
/// ```
/// {"schemaVersion":"2022-12-13","types":["platform","function"],
///  "buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":100},
///  "destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:4243/path"}}
/// ```
package struct TelemetrySubscription: Hashable, Sendable {
    package var schema: TelemetrySchema
    package var types: [TelemetryType]
    package var buffering: Buffering
    package var destination: Destination

    /// When a batch is sent: at whichever bound is met first.
    package struct Buffering: Hashable, Sendable {
        package var maxItems = 10_000
        package var maxBytes = 262_144
        package var timeoutMilliseconds = 1_000

        package static let itemsRange = 1_000...10_000
        package static let bytesRange = 262_144...1_048_576
        package static let timeoutRange = 25...30_000
        package init() {}
    }

    package enum Destination: Hashable, Sendable {
        /// A JSON array to `http://sandbox.localdomain:PORT/PATH`, which is this machine. `method` is POST, or PUT where the
        /// Logs API was asked for it. `path` begins with a slash and holds the query, too.
        case http(port: Int, path: String, method: String)
        /// One JSON record a line.
        case tcp(port: Int)
    }

    /// The answer 400: `{"errorType":"ValidationError","errorMessage":…}`, several faults apart by semicolons.
    package struct Invalid: Error, Hashable {
        package let errorType: String
        package let message: String

        package init(errorType: String, message: String) {
            self.errorType = errorType
            self.message = message
        }
    }

    package init(schema: TelemetrySchema, types: [TelemetryType], buffering: Buffering, destination: Destination) {
        self.schema = schema
        self.types = types
        self.buffering = buffering
        self.destination = destination
    }

    /// The names by which the environment reaches itself.
    static let hosts = ["sandbox.localdomain", "sandbox"]
    /// Lambda keeps this port for the Runtime API.
    static let reservedPort = 9_001
}

extension TelemetrySubscription {
    /// Reads and checks a body; every fault of it is named in one message.
    package init(parsing body: some Sequence<UInt8>, for api: TelemetrySchema.API) throws(Invalid) {
        let errorType = api == .logs ? "Logs.ValidationError" : "ValidationError"
        let object: JSONObject
        switch Array(body).withUnsafeBytes({ JSON.parse($0) }) {
        case .success(.object(let parsed)): object = parsed
        case .success: throw Invalid(errorType: errorType, message: "the body should be a JSON object")
        case .failure(let error): throw Invalid(errorType: errorType, message: "Invalid JSON: \(error)")
        }
        var faults: [String] = []
        let schema = Self.schema(object["schemaVersion"], api, &faults)
        let types = Self.types(object["types"], &faults)
        let buffering = Self.buffering(object["buffering"], &faults)
        let destination = Self.destination(object["destination"], api, &faults)
        guard faults.isEmpty, let schema, let destination else {
            throw Invalid(errorType: errorType, message: faults.joined(separator: "; "))
        }
        self.init(schema: schema, types: types, buffering: buffering, destination: destination)
    }

    private static func schema(_ value: JSON?, _ api: TelemetrySchema.API, _ faults: inout [String]) -> TelemetrySchema? {
        if value == nil, api == .logs { return .logs2020 }
        if let schema = value?.stringValue.flatMap({ TelemetrySchema(rawValue: $0) }), schema.api == api { return schema }
        let known = TelemetrySchema.allCases.filter { $0.api == api }.map(\.rawValue).joined(separator: ", ")
        faults.append("schemaVersion should be one of \(known)")
        return nil
    }

    private static func types(_ value: JSON?, _ faults: inout [String]) -> [TelemetryType] {
        guard let names = value?.arrayValue, !names.isEmpty else {
            faults.append("types should not be empty")
            return []
        }
        var types: [TelemetryType] = []
        for name in names {
            guard let type = name.stringValue.flatMap({ TelemetryType(rawValue: $0) }) else {
                faults.append("types should be platform, function or extension, not \(name)")
                continue
            }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    private static func buffering(_ value: JSON?, _ faults: inout [String]) -> Buffering {
        var buffering = Buffering()
        guard let value, !value.isNull else { return buffering }
        guard let object = value.objectValue else {
            faults.append("buffering should be an object")
            return buffering
        }
        func read(_ name: String, _ range: ClosedRange<Int>, into number: inout Int) {
            guard let value = object[name], !value.isNull else { return }
            if let given = value.intValue, range.contains(given) {
                number = given
            } else {
                faults.append("buffering.\(name) should be a number from \(range.lowerBound) to \(range.upperBound)")
            }
        }
        read("maxItems", Buffering.itemsRange, into: &buffering.maxItems)
        read("maxBytes", Buffering.bytesRange, into: &buffering.maxBytes)
        read("timeoutMs", Buffering.timeoutRange, into: &buffering.timeoutMilliseconds)
        return buffering
    }

    private static func destination(_ value: JSON?, _ api: TelemetrySchema.API, _ faults: inout [String]) -> Destination? {
        guard let object = value?.objectValue else {
            faults.append("destination should be an object")
            return nil
        }
        switch object["protocol"]?.stringValue {
        case "HTTP":
            let method = (api == .logs ? object["method"]?.stringValue : nil) ?? "POST"
            guard method == "POST" || method == "PUT" else {
                faults.append("destination.method should be POST or PUT")
                return nil
            }
            guard let uri = object["URI"]?.stringValue else {
                faults.append("destination.URI is not provided")
                return nil
            }
            return self.http(uri, method, &faults)
        case "TCP":
            guard let port = object["port"]?.intValue else {
                faults.append("destination.port is not provided")
                return nil
            }
            return self.checked(port, &faults).map { .tcp(port: $0) }
        default:
            faults.append("destination.protocol should be HTTP or TCP")
            return nil
        }
    }

    private static func http(_ uri: String, _ method: String, _ faults: inout [String]) -> Destination? {
        guard uri.hasPrefix("http://") else {
            faults.append("URI scheme should be http")
            return nil
        }
        let rest = uri.dropFirst(7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, self.hosts.contains(host.lowercased()) else {
            faults.append("URI host should be \(self.hosts[0])")
            return nil
        }
        guard parts.count == 2, let number = Int(parts[1]) else {
            faults.append("URI port is not provided")
            return nil
        }
        guard let port = self.checked(number, &faults) else { return nil }
        let target = rest.dropFirst(authority.count).prefix { $0 != "#" }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            faults.append("URI path should be percent-encoded")
            return nil
        }
        return .http(port: port, path: target.hasPrefix("/") ? String(target) : "/" + target, method: method)
    }

    private static func checked(_ port: Int, _ faults: inout [String]) -> Int? {
        if (1...65_535).contains(port), port != self.reservedPort { return port }
        faults.append("port should be from 1 to 65535 and not \(self.reservedPort)")
        return nil
    }
}

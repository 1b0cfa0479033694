import CoreTypes

extension FunctionRegistry {
    /// The function URL with this id; what a request to the URL looks up first.
    package func functionURL(id: String) -> FunctionURL? { self.urls[id] }

    /// - Parameter qualifier: an alias, or `nil` for `$LATEST`.
    @discardableResult
    package mutating func createURL(
        _ text: String, qualifier: String? = nil, _ configuration: FunctionURLConfiguration, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionURL {
        var (record, alias) = try self.urlTarget(text, qualifier)
        let key = alias ?? FunctionVersion.latest
        guard record.urls[key] == nil else {
            throw .conflict(
                "Failed to create function url config for [functionArn = \(self.functionARN(record.name, alias))]. Error message:  "
                    + "FunctionUrlConfig exists for this Lambda function")
        }
        let url = FunctionURL(
            id: self.urlID(record.name, key), functionName: record.name, alias: alias, configuration: configuration,
            created: change.time, lastModified: change.time)
        record.urls[key] = url
        self.urls[url.id] = url
        self.store(record)
        return url
    }

    package func url(_ text: String, qualifier: String? = nil) throws(LambdaAPIError) -> FunctionURL {
        let (record, alias) = try self.urlTarget(text, qualifier)
        guard let url = record.urls[alias ?? FunctionVersion.latest] else { throw .resourceDoesNotExist }
        return url
    }

    @discardableResult
    package mutating func updateURL(
        _ text: String, qualifier: String? = nil, _ configuration: FunctionURLConfiguration, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionURL {
        var url = try self.url(text, qualifier: qualifier)
        var record = try self.record(url.functionName)
        url.configuration = configuration
        url.lastModified = change.time
        record.urls[url.alias ?? FunctionVersion.latest] = url
        self.urls[url.id] = url
        self.store(record)
        return url
    }

    package mutating func deleteURL(_ text: String, qualifier: String? = nil) throws(LambdaAPIError) {
        let url = try self.url(text, qualifier: qualifier)
        var record = try self.record(url.functionName)
        record.urls[url.alias ?? FunctionVersion.latest] = nil
        self.urls[url.id] = nil
        self.store(record)
    }

    private func urlTarget(
        _ text: String, _ qualifier: String?
    ) throws(LambdaAPIError) -> (record: FunctionRecord, alias: String?) {
        let (record, qualifier) = try self.locate(text, qualifier: qualifier)
        guard let qualifier, qualifier != FunctionVersion.latest else { return (record, nil) }
        guard Int(qualifier) == nil else {
            throw .validation([
                "Value '\(qualifier)' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                    + #"((?!^\d+$)^[0-9a-zA-Z-_]+$)"#
            ])
        }
        guard record.aliases[qualifier] != nil else { throw .notFound("Function does not exist") }
        return (record, qualifier)
    }

    /// The id follows from account, region, function and qualifier, so that a URL stays the same from one run to the next.
    private func urlID(_ name: String, _ key: String) -> String {
        // FNV-1a, 64 bits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self.functionARN(name, key).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var generator = SplitMix64(state: hash)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        return String(decoding: (0..<32).map { _ in alphabet[Int(generator.next() >> 59)] }, as: UTF8.self)
    }
}

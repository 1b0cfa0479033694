import CoreTypes

extension FunctionRegistry {
    /// Tags of one function or layer-like resource (Lambda API reference, TagResource).
    package static let tagLimit = 50

    package func tags(ofARN arn: String) throws(LambdaAPIError) -> [String: String] { try self.taggable(arn).tags }

    package mutating func tag(arn: String, adding tags: [String: String]) throws(LambdaAPIError) {
        var record = try self.taggable(arn)
        record.tags.merge(tags) { $1 }
        guard record.tags.count <= Self.tagLimit else {
            throw .invalidParameter("Number of tags exceeds resource tag limit.")
        }
        self.store(record)
    }

    package mutating func untag(arn: String, keys: [String]) throws(LambdaAPIError) {
        var record = try self.taggable(arn)
        for key in keys { record.tags[key] = nil }
        self.store(record)
    }

    private func taggable(_ arn: String) throws(LambdaAPIError) -> FunctionRecord {
        guard ARN(arn)?.resource.hasPrefix("function:") == true else {
            // Event source mappings, code signing configurations and capacity providers are not kept here.
            throw .resourceDoesNotExist
        }
        let (record, qualifier) = try self.locate(arn)
        guard qualifier == nil else {
            throw .invalidParameter(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.")
        }
        return record
    }

    package mutating func setRecursiveLoop(_ text: String, _ mode: RecursiveLoop) throws(LambdaAPIError) {
        var record = try self.locate(text).record
        record.recursiveLoop = mode
        self.store(record)
    }

    /// - Returns: the setting, Auto unless changed, and the ARN it stands under.
    package func runtimeManagement(
        _ text: String, qualifier: String? = nil
    ) throws(LambdaAPIError) -> (arn: String, setting: RuntimeManagement) {
        let (record, version, qualifier) = try self.version(text, qualifier: qualifier)
        return (
            self.functionARN(record.name, qualifier), record.runtimeManagement[version.id.version] ?? RuntimeManagement()
        )
    }

    package mutating func setRuntimeManagement(
        _ text: String, qualifier: String? = nil, _ setting: RuntimeManagement
    ) throws(LambdaAPIError) {
        var (record, version, _) = try self.version(text, qualifier: qualifier)
        record.runtimeManagement[version.id.version] = setting
        self.store(record)
    }

    /// `TotalCodeSize` of GetAccountSettings: the zips of all versions and layers.
    package var totalCodeSize: Int {
        self.records.values.reduce(self.layers.totalCodeSize) { sum, record in
            record.versions.values.reduce(sum + record.latest.contents.code.size) { $0 + $1.contents.code.size }
        }
    }

    /// Folders that some version or layer still needs; any other that a ``CodeStore`` made may go once no environment uses it.
    package var referencedFolders: Set<String> {
        var folders = self.layers.referencedFolders
        for record in self.records.values {
            for version in [record.latest] + record.versions.values {
                for source in [version.configuration.code] + version.configuration.layers {
                    if case .folder(let path) = source { folders.insert(path) }
                }
            }
        }
        return folders
    }
}

package import CoreTypes

/// A published layer version; its files lie in a folder or an archive.
package struct LayerVersion: Hashable, Sendable {
    package var layerName: String
    package var number: Int
    package var source: CodeSource
    package var code: CodeDescription
    package var description: String
    package var compatibleRuntimes: [String]
    package var compatibleArchitectures: [String]
    package var licenseInfo: String?
    package var created: Timestamp

    package init(
        layerName: String, source: CodeSource, code: CodeDescription, description: String = "", compatibleRuntimes: [String] = [],
        compatibleArchitectures: [String] = [], licenseInfo: String? = nil, created: Timestamp
    ) {
        self.layerName = layerName
        self.number = 0
        self.source = source
        self.code = code
        self.description = description
        self.compatibleRuntimes = compatibleRuntimes
        self.compatibleArchitectures = compatibleArchitectures
        self.licenseInfo = licenseInfo
        self.created = created
    }
}

/// All layers of one account and region.
package struct LayerRegistry: Sendable {
    private struct Layer: Sendable {
        var versions: [Int: LayerVersion] = [:]
        /// Numbers are never given twice, also after a deletion.
        var lastNumber = 0
    }

    private let arnPrefix: String
    private var layers: [String: Layer] = [:]

    init(region: String, account: String) { self.arnPrefix = "arn:aws:lambda:\(region):\(account):layer:" }

    package func arn(_ layerName: String) -> String { self.arnPrefix + layerName }
    package func arn(_ version: LayerVersion) -> String { "\(self.arn(version.layerName)):\(version.number)" }

    package mutating func publish(_ version: LayerVersion) -> LayerVersion {
        var layer = self.layers[version.layerName] ?? Layer()
        layer.lastNumber += 1
        var version = version
        version.number = layer.lastNumber
        layer.versions[version.number] = version
        self.layers[version.layerName] = layer
        return version
    }

    package func version(_ nameOrARN: String, _ number: Int) throws(LambdaAPIError) -> LayerVersion {
        guard let version = self.layers[self.name(nameOrARN)]?.versions[number] else { throw .resourceDoesNotExist }
        return version
    }

    /// - Parameter arn: `arn:aws:lambda:<region>:<account>:layer:<name>:<number>`.
    package func version(arn: String) -> LayerVersion? {
        guard arn.hasPrefix(self.arnPrefix), let colon = arn.lastIndex(of: ":") else { return nil }
        guard let number = Int(arn[arn.index(after: colon)...]) else { return nil }
        return self.layers[String(arn.dropFirst(self.arnPrefix.count).prefix { $0 != ":" })]?.versions[number]
    }

    /// Newest first; empty for an unknown layer, as the service answers.
    package func versions(_ nameOrARN: String) -> [LayerVersion] {
        self.layers[self.name(nameOrARN)]?.versions.sorted { $0.key > $1.key }.map(\.value) ?? []
    }

    /// Names of layers with at least one version, sorted.
    package var names: [String] { self.layers.filter { !$0.value.versions.isEmpty }.keys.sorted() }

    /// A version that does not exist is no error.
    package mutating func delete(_ nameOrARN: String, _ number: Int) {
        self.layers[self.name(nameOrARN)]?.versions[number] = nil
    }

    /// A layer of the template under the last part of its path; the same source is the same version.
    mutating func seed(_ source: CodeSource, _ change: inout RegistryChange) -> LayerReference {
        let name = Self.layerName(of: source)
        let known = self.layers[name]?.versions.values.first { $0.source == source }
        let version =
            known
            ?? self.publish(
                LayerVersion(layerName: name, source: source, code: .unknown, created: change.time))
        return LayerReference(arn: self.arn(version), codeSize: version.code.size)
    }

    private static func layerName(of source: CodeSource) -> String {
        let path =
            switch source {
            case .folder(let path), .archive(let path): path
            case .swiftProduct(_, let product): product
            case .inline(_, let fileName): fileName
            }
        let last = path.split(separator: "/").last ?? "layer"
        let name = (last.hasSuffix(".zip") ? last.dropLast(4) : last).map { FunctionReference.isWord(String($0)) ? $0 : "-" }
        return name.isEmpty ? "layer" : String(name)
    }

    private func name(_ nameOrARN: String) -> String {
        nameOrARN.hasPrefix(self.arnPrefix) ? String(nameOrARN.dropFirst(self.arnPrefix.count)) : nameOrARN
    }

    var totalCodeSize: Int {
        self.layers.values.reduce(0) { sum, layer in layer.versions.values.reduce(sum) { $0 + $1.code.size } }
    }

    var referencedFolders: Set<String> {
        Set(
            self.layers.values.flatMap(\.versions.values).compactMap { version in
                if case .folder(let path) = version.source { path } else { nil }
            })
    }
}

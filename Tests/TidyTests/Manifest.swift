/// The targets that a Package.swift names, read from its text: the tests must not start the package manager that runs them.
enum Manifest {
    struct Target: Hashable {
        let name: String
        /// Where its files are, from the top.
        let path: String
    }

    /// Reads `.target(`, `.executableTarget(`, `.testTarget(` and `.systemLibrary(` with a literal name, and a literal `path:`
    /// if one follows before the next target. Functions live in `Functions/<name>` by such a path.
    static func targets(in manifest: String) -> [Target] {
        let declaration = /\.(target|executableTarget|testTarget|systemLibrary)\(\s*name:\s*"([^"]+)"/
        let matches = manifest.matches(of: declaration)
        return matches.enumerated().map { index, match in
            let end = index + 1 < matches.count ? matches[index + 1].range.lowerBound : manifest.endIndex
            let body = manifest[match.range.upperBound..<end]
            let usual = match.output.1 == "testTarget" ? "Tests" : "Sources"
            let path = body.firstMatch(of: /\bpath:\s*"([^"]+)"/).map { String($0.output.1) }
            return Target(name: String(match.output.2), path: path ?? "\(usual)/\(match.output.2)")
        }
    }

    /// Targets without files, and folders of source that no target has.
    static func violations(targets: [Target], sourceFolders: [String], filesIn: (String) throws -> [String]) rethrows -> [String]
    {
        let empty = try targets.filter { target in
            try !filesIn(target.path).contains { path in [".swift", ".c", ".h", ".modulemap"].contains { path.hasSuffix($0) } }
        }
        let owned = Set(targets.map(\.path))
        return empty.map { "target \($0.name) has no source in \($0.path)" }
            + sourceFolders.filter { !owned.contains($0) }.map { "no target has the source in \($0)" }
    }
}

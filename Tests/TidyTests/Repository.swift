import Foundation

/// A text file of the repository, by its path from the top.
struct TextFile: Sendable {
    let path: String
    let text: String

    var lines: [Substring] { self.text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// A broken rule, written so that an editor can jump to it.
struct Violation: Hashable, CustomStringConvertible {
    let path: String
    /// Counted from 1; 0 is the file as a whole.
    let line: Int
    let message: String

    var description: String { self.line == 0 ? "\(self.path): \(self.message)" : "\(self.path):\(self.line): \(self.message)" }
}

/// The working copy that these tests were built from.
enum Repository {
    /// Symbolic links are followed, as folders behind them are not searched.
    static let top = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Folders that hold no source: what was built, fetched or made at run time.
    private static let skipped: Set<String> = [".build", ".git", ".venv", ".martlet", "node_modules", "__pycache__", ".swiftpm"]

    /// All files below `folder` (a path from the top; empty for all), with one of these extensions or names.
    static func files(in folder: String = "", ending endings: [String]) throws -> [TextFile] {
        try self.paths(in: folder)
            .filter { path in endings.contains { path.hasSuffix($0) } }
            .map { TextFile(path: $0, text: try String(contentsOf: self.top.appending(path: $0), encoding: .utf8)) }
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: self.top.appending(path: path).path) }

    /// Names of the folders directly below `folder`; none when there is no such folder.
    static func folders(in folder: String) throws -> [String] {
        guard self.exists(folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: self.top.appending(path: folder).path)
            .filter { name in
                var isDirectory: ObjCBool = false
                let path = self.top.appending(path: folder).appending(path: name).path
                return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
                    && !self.skipped.contains(name)
            }
            .sorted()
    }

    static func paths(in folder: String = "") throws -> [String] {
        let names =
            self.exists(folder) ? try FileManager.default.contentsOfDirectory(atPath: self.top.appending(path: folder).path) : []
        var paths: [String] = []
        for name in names.sorted() where !self.skipped.contains(name) && !name.hasPrefix(".build") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let type =
                try FileManager.default.attributesOfItem(atPath: self.top.appending(path: path).path)[.type] as? FileAttributeType
            if type == .typeDirectory {
                paths += try self.paths(in: path)
            } else if type == .typeRegular {
                paths.append(path)
            }
        }
        return paths
    }
}

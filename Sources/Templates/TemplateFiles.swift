#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the loader asks of the file system; a test gives its own.
package struct TemplateFiles: Sendable {
    package enum Kind: Hashable, Sendable {
        case file
        case folder
    }

    /// What is at an absolute path, `nil` for nothing.
    package var kind: @Sendable (String) -> Kind?

    private let readText: @Sendable (String) -> Result<String, TemplateError>

    package init(kind: @escaping @Sendable (String) -> Kind?, text: @escaping @Sendable (String) -> String? = { _ in nil }) {
        self.kind = kind
        self.readText = { path in text(path).map { .success($0) } ?? .failure(Self.unreadable(path)) }
    }

    private init(
        kind: @escaping @Sendable (String) -> Kind?, reading: @escaping @Sendable (String) -> Result<String, TemplateError>
    ) {
        self.kind = kind
        self.readText = reading
    }

    /// What a file holds, by its absolute path.
    func text(_ path: String) throws(TemplateError) -> String { try self.readText(path).get() }

    private static func unreadable(_ path: String) -> TemplateError {
        TemplateError([
            TemplateDiagnostic(
                file: path, line: 1, column: 1, path: "",
                message: "The file can't be read. Check the path and its permissions.")
        ])
    }

    package static let disk = TemplateFiles(
        kind: Self.kindOnDisk,
        reading: { path in
            do throws(TemplateError) { return .success(try Self.read(path)) } catch { return .failure(error) }
        })

    private static func kindOnDisk(_ path: String) -> Kind? {
        #if canImport(FoundationEssentials)
            var isFolder = false
        #else
            var isFolder: ObjCBool = false
        #endif
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        #if canImport(FoundationEssentials)
            return isFolder ? .folder : .file
        #else
            return isFolder.boolValue ? .folder : .file
        #endif
    }

    /// The text of a file, with the path in the error when it can't be read.
    package static func read(_ path: String) throws(TemplateError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw self.unreadable(path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TemplateError([
                TemplateDiagnostic(file: path, line: 1, column: 1, path: "", message: "The file is not UTF-8. Save it as UTF-8.")
            ])
        }
        return text
    }

    package static var currentFolder: String { FileManager.default.currentDirectoryPath }
}

/// Paths as texts; symbolic links stay as they are.
enum FilePath {
    /// `path` from `folder` on, without `.`, `..` and doubled slashes.
    static func absolute(_ path: String, from folder: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : folder + "/" + path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The folder that holds an absolute path.
    static func folder(of path: String) -> String { self.absolute("..", from: path) }
}

import Foundation
import LambdaCore
import Templates
import Testing

@Suite struct DiskTests {
    /// A folder of the test's own with these files, gone afterwards.
    static func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "templates-\(UUID().uuidString)")
        defer {
            // Leftovers of a failed removal lie in the system's temporary folder, where they harm nobody.
            try? FileManager.default.removeItem(at: folder)
        }
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try body(folder.path(percentEncoded: false))
    }

    @Test func pathsStartFromTheFolderOfTheTemplate() throws {
        try Self.withFolder(["app/template.yaml": function(""), "app/src/app.py": ""]) { folder in
            let configuration = try TemplateLoader.load(path: "\(folder)/app/template.yaml").functions[0].configuration
            #expect(configuration.code == .folder("\(folder)/app/src"))
        }
    }

    @Test func codeThatIsMissingOnDiskIsAnErrorAtItsLine() throws {
        try Self.withFolder(["template.yaml": function("")]) { folder in
            let error = #expect(throws: TemplateError.self) { try TemplateLoader.load(path: "\(folder)/template.yaml") }
            #expect(error?.diagnostics.first?.line == 7)
            #expect(error?.description.contains("\(folder)/src doesn't exist. Make it, or correct CodeUri") == true)
        }
    }

    @Test func aFileThatIsMissingOrNoTextIsAnErrorWithItsPath() throws {
        try Self.withFolder(["a": ""]) { folder in
            try Data([0xFF, 0xFE, 0x41]).write(to: URL(filePath: "\(folder)/bytes.yaml"))
            let missing = #expect(throws: TemplateError.self) { try TemplateLoader.load(path: "\(folder)/none.yaml") }
            #expect(missing?.description.hasPrefix("\(folder)/none.yaml:1:1: The file can't be read.") == true)
            let bytes = #expect(throws: TemplateError.self) { try TemplateLoader.load(path: "\(folder)/bytes.yaml") }
            #expect(bytes?.description.contains("not UTF-8") == true)
            #expect(throws: TemplateError.self) { try EnvironmentOverrides.load(path: "\(folder)/none.json") }
        }
    }
}

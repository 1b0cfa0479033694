import Testing

/// The rules, held over the repository as it is. Each rule is tried on bad input in the suites beside this one.
@Suite("The repository keeps its rules")
struct RepositoryTests {
    private static let swiftFolders = ["Sources", "Functions", "Tests"]

    private static func swiftFiles(in folders: [String] = RepositoryTests.swiftFolders) throws -> [TextFile] {
        try folders.flatMap { try Repository.files(in: $0, ending: [".swift"]) }
    }

    /// Everything that people write by hand, except Markdown and data.
    private static func sourceFiles() throws -> [TextFile] {
        let package = try Repository.files(ending: ["Package.swift", ".sh"])
        let scripts = try Repository.files(in: ".ci", ending: [""])
        return try package + scripts
            + self.swiftFolders.flatMap { try Repository.files(in: $0, ending: [".swift", ".c", ".h", ".py", ".mjs"]) }
    }

    private func expectNone(_ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
        for violation in violations { Issue.record("\(violation)", sourceLocation: sourceLocation) }
    }

    @Test("there is something to check")
    func found() throws {
        #expect(try Self.swiftFiles().contains { $0.path == "Tests/TidyTests/RepositoryTests.swift" })
        #expect(try Self.swiftFiles(in: ["Sources"]).contains { $0.path == "Sources/CoreTypes/JSON.swift" })
    }

    @Test("imports go down only")
    func imports() throws {
        #expect(ImportTable.martlet.upwardArrows == [])
        self.expectNone(try Self.swiftFiles(in: ["Sources", "Functions"]).flatMap { ImportTable.martlet.violations(in: $0) })
    }

    @Test("no line is too long, for the formatter leaves literals and comments alone")
    func lineLength() throws {
        self.expectNone(try Self.sourceFiles().flatMap { TextRules.longLines(in: $0) })
    }

    @Test("no tabs")
    func tabs() throws {
        self.expectNone(try Self.sourceFiles().flatMap { TextRules.tabs(in: $0) })
    }

    @Test("no notes of unfinished work")
    func leftovers() throws {
        self.expectNone(try Self.sourceFiles().flatMap { TextRules.leftovers(in: $0) })
    }

    @Test("no empty catch")
    func emptyCatches() throws {
        // The bad inputs of these tests are text, not code.
        let files = try Self.swiftFiles().filter { !$0.path.hasPrefix("Tests/TidyTests/") }
        self.expectNone(files.flatMap { TextRules.emptyCatches(in: $0) })
    }

    @Test("what is dropped or unchecked says why")
    func unexplained() throws {
        self.expectNone(try Self.swiftFiles(in: ["Sources", "Functions"]).flatMap { TextRules.unexplained(in: $0) })
    }

    @Test("every target has files, and every folder of source a target")
    func targets() throws {
        let manifest = try #require(try Repository.files(ending: ["Package.swift"]).first { $0.path == "Package.swift" })
        let targets = Manifest.targets(in: manifest.text)
        let folders = try Repository.folders(in: "Sources").map { "Sources/\($0)" }
        let withFiles = try folders.filter { try !Repository.paths(in: $0).isEmpty }
        #expect(targets.count > 5)
        #expect(try Manifest.violations(targets: targets, sourceFolders: withFiles, filesIn: Repository.paths(in:)) == [])
    }
}

/// `make docs` runs this suite alone.
@Suite("The documentation leads somewhere")
struct DocumentationTests {
    @Test("links to files and headings resolve")
    func links() throws {
        let files = try Repository.files(ending: [".md"])
        let texts = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.text) })
        for file in files {
            for violation in MarkdownLinks.broken(in: file, exists: Repository.exists, text: { texts[$0] }) {
                Issue.record("\(violation)")
            }
        }
    }
}

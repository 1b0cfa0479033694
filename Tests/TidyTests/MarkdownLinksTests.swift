import Testing

@Suite("Links and targets, tried")
struct MarkdownLinksTests {
    private let existing: Set<String> = ["README.md", "docs/guide.md", "docs", "events/a b.json"]
    private let guide = "# The guide\n## What's new, `now`?\n## Twice\n## Twice\n```\n# no heading\n```\n"

    private func broken(_ text: String, path: String = "docs/index.md") -> [String] {
        let file = TextFile(path: path, text: text)
        return MarkdownLinks.broken(
            in: file, exists: { self.existing.contains($0) || $0 == path }, text: { $0 == "docs/guide.md" ? self.guide : nil }
        ).map(\.description)
    }

    @Test(
        "links that lead somewhere pass",
        arguments: [
            "[a](guide.md)", "[a](./guide.md#the-guide)", "[a](../README.md)", "[a](/docs)", "[a](guide.md#whats-new-now)",
            "[a](guide.md#twice-1)", "[a](https://example.com/missing)", "[a](mailto:a@b.c)", "`[a](nowhere.md)`",
            "```\n[a](nowhere.md)\n```", "[a](../events/a%20b.json \"title\")", "# Here\n[a](#here)", "[a]: guide.md",
        ])
    func whole(text: String) {
        #expect(self.broken(text) == [])
    }

    @Test(
        "links that lead nowhere are found",
        arguments: [
            ("[a](nowhere.md)", "1: the link nowhere.md leads to no file"),
            ("\n[a](../../outside.md)", "2: the link ../../outside.md leads to no file"),
            ("[a](guide.md#no-heading)", "1: the link guide.md#no-heading leads to no heading"),
            ("[a](guide.md#twice-2)", "1: the link guide.md#twice-2 leads to no heading"),
            ("[a](#there)", "1: the link #there leads to no heading"),
            ("[a]: nowhere.md", "1: the link nowhere.md leads to no file"),
            ("[![b](picture.png)](guide.md)", "1: the link picture.png leads to no file"),
        ])
    func broken(text: String, message: String) {
        #expect(self.broken(text) == ["docs/index.md:\(message)"])
    }

    @Test("a manifest's targets and their folders are read")
    func targets() {
        let manifest = """
            .target(name: "A", dependencies: ["B"]),
            .systemLibrary(name: "C"),
            .executableTarget(
                name: "Hello", dependencies: ["A"], path: "Functions/Hello"),
            .testTarget(name: "ATests", dependencies: [.target(name: "A")]),
            """
        #expect(
            Manifest.targets(in: manifest).map { "\($0.name) \($0.path)" }.prefix(4)
                == ["A Sources/A", "C Sources/C", "Hello Functions/Hello", "ATests Tests/ATests"])
    }

    @Test("a target without files and a folder without a target are found")
    func emptyTarget() {
        let targets = [Manifest.Target(name: "A", path: "Sources/A"), Manifest.Target(name: "B", path: "Sources/B")]
        let violations = Manifest.violations(targets: targets, sourceFolders: ["Sources/A", "Sources/Z"]) { folder in
            folder == "Sources/A" ? ["Sources/A/a.swift"] : ["Sources/B/notes.md"]
        }
        #expect(violations == ["target B has no source in Sources/B", "no target has the source in Sources/Z"])
    }
}

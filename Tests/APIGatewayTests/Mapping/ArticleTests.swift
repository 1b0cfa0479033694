import APIGateway
import CoreTypes
import Foundation
import Testing
import VTL

/// A block between marks in an article: its language, and its lines with their ends.
struct ArticleBlock {
    let language: String
    let text: String

    static let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }

    static func all(in path: String) throws -> [ArticleBlock] {
        var blocks: [ArticleBlock] = []
        var language: String?
        var text = ""
        for line in try Self.lines(of: path) {
            if line.hasPrefix("```") {
                if let language { blocks.append(ArticleBlock(language: language, text: text)) }
                language = language == nil ? String(line.dropFirst(3)) : nil
                text = ""
            } else if language != nil {
                text += line + "\n"
            }
        }
        return blocks
    }

    static func lines(of path: String) throws -> [String] {
        let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

/// What the articles show is what happens: their Swift is compiled in tests, their templates are rendered.
@Suite("Articles on templates")
struct ArticleTests {
    /// Where the Swift of the articles stands, with what it comes to.
    static let compiled = "Tests/VTLTests/TemplateTests.swift"

    @Test("show Swift that a test compiles, and what it writes", arguments: ["Sources/VTL/VTL.docc/VTL.md", "docs/velocity.md"])
    func swift(article: String) throws {
        let blocks = try ArticleBlock.all(in: article)
        let lines = try ArticleBlock.lines(of: Self.compiled)
        #expect(blocks.contains { $0.language == "swift" })
        for (index, block) in blocks.enumerated() where block.language == "swift" {
            let code = block.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
            for line in code where line.hasPrefix("import ") { #expect(lines.contains(line)) }
            let body = Array(code.drop { $0.isEmpty || $0.hasPrefix("import ") })
            #expect(Self.contains(body, in: lines), "not in \(Self.compiled): \(block.text)")
            guard index + 1 < blocks.count, blocks[index + 1].language == "text" else { continue }
            let output = blocks[index + 1].text.dropLast()
            #expect(lines.contains { $0.contains("\"\(output)\"") }, "expected nowhere in \(Self.compiled): \(output)")
        }
    }

    /// The lines one after another, all indented alike.
    private static func contains(_ body: [String], in lines: [String]) -> Bool {
        guard let first = body.first, lines.count >= body.count else { return false }
        return (0...(lines.count - body.count)).contains { start in
            guard lines[start].hasSuffix(first) else { return false }
            let indentation = lines[start].dropLast(first.count)
            guard indentation.allSatisfy({ $0 == " " }) else { return false }
            return zip(body, lines[start...]).allSatisfy { line, other in other == (line.isEmpty ? "" : indentation + line) }
        }
    }

    @Test("show templates with their output", arguments: ["docs/velocity.md", "docs/mapping-templates.md"])
    func templates(article: String) throws {
        let blocks = try ArticleBlock.all(in: article)
        let places = blocks.indices.filter { blocks[$0].language == "vtl" }
        #expect(!places.isEmpty)
        for place in places {
            // The variables or the body before it, the output behind it.
            let input = try #require(place > 0 && blocks[place - 1].language == "json" ? blocks[place - 1].text : nil)
            let output = try #require(
                place + 1 < blocks.count && blocks[place + 1].language == "text" ? blocks[place + 1].text : nil)
            let template = blocks[place].text
            if article == "docs/velocity.md" {
                #expect(try Self.render(template, variables: input) == output)
            } else {
                let rendered = try CompiledTemplate(template).render(MappingInput(body: MappingBody(input)))
                #expect(String(decoding: rendered.body, as: UTF8.self) == output)
            }
        }
    }

    private static func render(_ template: String, variables: String) throws -> String {
        let members = try #require(try JSON(parsing: variables).objectValue).members
        let values = Dictionary(uniqueKeysWithValues: members.map { ($0.name, Self.value($0.value)) })
        return String(decoding: try Template(template).render(values), as: UTF8.self)
    }

    private static func value(_ json: JSON) -> Value {
        switch json {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .string(let text): return .string(text)
        case .array(let elements): return .list(ListValue(elements.map(self.value)))
        case .object(let object):
            let map = MapValue()
            for member in object.members { map[member.name] = self.value(member.value) }
            return .map(map)
        case .number(let number):
            if let whole = Int64("\(number)") { return .integer(whole) }
            return .double(Double("\(number)") ?? .nan)
        }
    }
}

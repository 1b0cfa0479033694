import APIGateway
import ArgumentParser
import CoreTypes
import Foundation
import VTL

struct TemplateRenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Render a mapping template as API Gateway would.",
        discussion: """
            The text goes to stdout; overrides that the template makes ($context.requestOverride, $context.responseOverride)
            go to stderr.

              martlet template render mapping.vtl --event events/api-gateway/proxy.json
              martlet template render response.vtl --input result.json --context context.json --stage-variables k=v
              martlet template render --ndjson < cases.ndjson

            With --ndjson each line of standard input is a case:
              {"template" or "file", "variables", "phase", "body", "params", "context", "stageVariables", "expected", "name"}
            and each line of the answer {"output"} or {"error"}. Cases with "expected" are compared: the exit code is 1 when one
            differs, or when one fails.
            """)

    @Argument(help: "The template, or - for standard input.", completion: .file())
    var file: String?

    @Flag(help: "Read cases from standard input, one JSON object a line.")
    var ndjson = false

    @Option(help: "text: the rendered text. json: an object with output and overrides.")
    var output = OutputForm.text

    @Flag(name: [.short, .long], help: "Nothing on stderr but errors (MARTLET_QUIET).")
    var quiet = Defaults.flag("MARTLET_QUIET")

    @OptionGroup var source: TemplateInputOptions

    mutating func validate() throws {
        if self.ndjson, self.file != nil {
            throw ValidationError("with --ndjson the cases name their templates, there is no FILE")
        }
        if !self.ndjson, self.file == nil { throw ValidationError("which template? FILE is missing") }
    }

    mutating func run() async throws {
        if self.ndjson { return try self.runCases() }
        let rendered = try TemplateRun.render(self.file ?? "-", self.source)
        switch self.output {
        case .text:
            Terminal.output(rendered.body)
            if !self.quiet { for line in Self.lines(rendered.overrides) { Terminal.error(line) } }
        case .json:
            let document: JSON = [
                "output": .string(String(decoding: rendered.body, as: UTF8.self)), "overrides": rendered.overrides.json,
            ]
            Terminal.output(document.bytes + [0x0A])
        }
    }

    private func runCases() throws {
        var tally = CaseTally()
        var number = 0
        while let line = readLine() {
            number += 1
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            Terminal.output(tally.run(line, number: number).bytes + [0x0A])
        }
        if !self.quiet { Terminal.error(tally.summary) }
        if tally.hasFailed { throw ExitCode(ExitStatus.functionError) }
    }

    private static func lines(_ overrides: MappingOverrides) -> [String] {
        let status = overrides.responseStatus.map { ["responseOverride.status: \($0)"] } ?? []
        return status
            + overrides.lists.flatMap { name, lists in
                lists.entries.map { "\(name).\($0.name): \($0.values.joined(separator: ","))" }
            }
    }
}

/// Runs cases and counts how they went.
struct CaseTally {
    private var passed = 0
    private var differed = 0
    private var failed = 0
    private var unjudged = 0

    var hasFailed: Bool { self.differed > 0 || self.failed > 0 }

    var summary: String {
        let cases = self.passed + self.differed + self.failed + self.unjudged
        return "\(cases) cases: \(self.passed) passed, \(self.differed) differed, \(self.failed) failed, "
            + "\(self.unjudged) without expectation"
    }

    /// The answer to one line.
    mutating func run(_ line: String, number: Int) -> JSON {
        var answer = JSONObject()
        do {
            let testCase = try TemplateCase(line, number: number)
            if let name = testCase.name { answer["name"] = .string(name) }
            let output = try testCase.render()
            answer["output"] = .string(output)
            guard let expected = testCase.expected else {
                self.unjudged += 1
                return .object(answer)
            }
            answer["passed"] = .bool(output == expected)
            if output == expected {
                self.passed += 1
            } else {
                self.differed += 1
                answer["expected"] = .string(expected)
            }
        } catch {
            self.failed += 1
            answer["error"] = .string(String("\(error)".trimmingPrefix("error: ")))
        }
        return .object(answer)
    }
}

/// Reads, compiles and renders what the command line names.
enum TemplateRun {
    static func render(
        _ path: String, _ source: TemplateInputOptions, trace: EvaluationTrace? = nil
    ) throws -> RenderedMapping {
        guard path != "-" || (source.event != "-" && source.input != "-") else {
            throw CommandFailure.usage("standard input can be the template, the event or the body, but one of them only")
        }
        let input = try source.mappingInput()
        let template = try self.template(path)
        do throws(MappingFailure) {
            return try template.render(input, trace: trace)
        } catch {
            let status = error.isClientFault(in: source.phase) ? "400" : "500"
            throw CommandFailure(
                description: "error: \(error)\nAPI Gateway answers such a request with status \(status).",
                exitCode: ExitStatus.functionError)
        }
    }

    static func template(_ path: String) throws -> CompiledTemplate {
        let bytes = try InputFile.read(path, as: "the template")
        do throws(VTL.TemplateError) {
            return try CompiledTemplate(String(decoding: bytes, as: UTF8.self), name: path == "-" ? "standard input" : path)
        } catch {
            throw CommandFailure(description: "error: \(error)", exitCode: ExitStatus.functionError)
        }
    }
}

import APIGateway
import ArgumentParser
import CoreTypes
import Foundation
import Templates

struct TemplateCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find what is wrong in mapping templates before they are deployed.",
        discussion: """
            Of a template.yaml, a CloudFormation template or an OpenAPI document each mapping template is checked; any other file
            is taken as a mapping template itself. Errors are what API Gateway fails a request for, warnings are names that it
            doesn't know and renders as nothing. The exit code is 1 when there is an error.

              martlet template check template.yaml
              martlet template check templates/*.vtl
            """)

    @Argument(help: "Templates, OpenAPI documents and mapping templates.", completion: .file())
    var files: [String] = [Defaults.text("MARTLET_TEMPLATE") ?? "template.yaml"]

    @Flag(help: "The exit code is 1 for warnings too.")
    var strict = false

    @Option(help: "text: a line for each finding. json: an object a line.")
    var output = OutputForm.text

    @Flag(name: [.short, .long], help: "Nothing on stderr but errors (MARTLET_QUIET).")
    var quiet = Defaults.flag("MARTLET_QUIET")

    mutating func run() async throws {
        var count = 0
        var findings: [CheckedFinding] = []
        for file in self.files {
            let templates = try Self.templates(in: file)
            count += templates.count
            findings += templates.flatMap { $0 }
        }
        for finding in findings {
            let line = self.output == .json ? finding.json.description : finding.description
            Terminal.output(Array((line + "\n").utf8))
        }
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count - errors
        if !self.quiet {
            let parts = [Self.counted(errors, "error"), Self.counted(warnings, "warning")].joined(separator: ", ")
            Terminal.error("\(Self.counted(count, "mapping template")): \(parts)")
        }
        if errors > 0 || self.strict && warnings > 0 { throw ExitCode(ExitStatus.functionError) }
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// The findings of each mapping template of a file.
    private static func templates(in file: String) throws -> [[CheckedFinding]] {
        let ending = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard ["yaml", "yml", "json", "template"].contains(ending) else {
            let text = String(decoding: try InputFile.read(file, as: "the template"), as: UTF8.self)
            let findings = TemplateCheck.findings(in: text, suggestion: { Suggestion.nearest(to: $0, among: $1) })
            return [
                findings.map {
                    CheckedFinding(
                        file: file, line: $0.line, column: $0.column, path: "", severity: $0.severity,
                        message: $0.message)
                }
            ]
        }
        do throws(TemplateError) {
            return try MappingTemplateFinder.find(inFile: file).map { template in
                guard template.language == .velocity else { return [] }
                return self.findings(in: template)
            }
        } catch {
            throw CommandFailure(
                description: error.diagnostics.map { "error: \($0)" }.joined(separator: "\n"), exitCode: ExitStatus.usage)
        }
    }

    private static func findings(in template: FoundMappingTemplate) -> [CheckedFinding] {
        TemplateCheck.findings(in: template.text, suggestion: { Suggestion.nearest(to: $0, among: $1) }).map { finding in
            let place = template.location(line: finding.line, column: finding.column)
            return CheckedFinding(
                file: template.file, line: place.line, column: place.column, path: template.path, severity: finding.severity,
                message: finding.message)
        }
    }
}

/// A finding with its place in a file.
struct CheckedFinding: CustomStringConvertible {
    let file: String
    let line: Int
    let column: Int
    /// Of the mapping template within the file; empty for a file that is one.
    let path: String
    let severity: TemplateFinding.Severity
    let message: String

    /// `template.yaml:12:7: Resources/…/application/json: error: …`
    var description: String {
        let path = self.path.isEmpty ? "" : "\(self.path): "
        return "\(self.file):\(self.line):\(self.column): \(path)\(self.severity.rawValue): \(self.message)"
    }

    var json: JSON {
        [
            "file": .string(self.file), "line": .number(JSONNumber(self.line)), "column": .number(JSONNumber(self.column)),
            "path": .string(self.path), "severity": .string(self.severity.rawValue), "message": .string(self.message),
        ]
    }
}

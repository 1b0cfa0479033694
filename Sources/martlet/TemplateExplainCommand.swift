import APIGateway
import ArgumentParser
import CoreTypes
import Foundation
import VTL

struct TemplateExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say which line of a mapping template wrote what, and what each reference was.",
        discussion: """
            For each line of the template that did something: each reference with its value, each assignment, each condition
            with its outcome, each round of a loop, and the text that was written.

              martlet template explain mapping.vtl --event events/api-gateway/proxy.json
            """)

    @Argument(help: "The template, or - for standard input.", completion: .file())
    var file: String

    @Option(help: "text: for people. json: one object a line for each thing that happened.")
    var output = OutputForm.text

    @OptionGroup var source: TemplateInputOptions

    mutating func run() async throws {
        let trace = EvaluationTrace()
        do {
            let rendered = try TemplateRun.render(self.file, self.source, trace: trace)
            self.show(trace, written: rendered.body)
        } catch let failure as CommandFailure {
            // What happened up to the failure is what one wants to see.
            self.show(trace, written: nil)
            throw failure
        }
    }

    private func show(_ trace: EvaluationTrace, written: [UInt8]?) {
        var lines: [UInt8] = []
        for event in trace.events {
            let output = written.map { String(decoding: $0[event.output.clamped(to: 0..<$0.count)], as: UTF8.self) }
            switch self.output {
            case .text: lines += Array((Self.line(event, output: output) + "\n").utf8)
            case .json: lines += Self.json(event, output: output).bytes + [0x0A]
            }
        }
        Terminal.output(lines)
        if trace.isCut { Terminal.error("More happened; the record ends after \(EvaluationTrace.eventsMax) events.") }
    }

    /// `   3:14  $input.path('$.id') = 7  → "7"`
    private static func line(_ event: EvaluationTrace.Event, output: String?) -> String {
        let number = "\(event.position.line):\(event.position.column)"
        let place = String(repeating: " ", count: max(0, 7 - number.utf8.count)) + number
        let value = event.value.map { JSON.string($0).description } ?? "nothing"
        let writes = output.flatMap { $0.isEmpty ? nil : " → " + JSON.string($0).description } ?? ""
        let source = event.source.trimmingCharacters(in: .whitespacesAndNewlines)
        return switch event.kind {
        case .text: "\(place)  text\(writes)"
        case .reference: "\(place)  \(source) is \(value)\(writes)"
        case .assignment: "\(place)  \(source) becomes \(value)"
        case .condition: "\(place)  \(source) is \(event.value ?? "false")"
        case .round: "\(place)  \(source) round with \(value)"
        }
    }

    private static func json(_ event: EvaluationTrace.Event, output: String?) -> JSON {
        [
            "line": .number(JSONNumber(event.position.line)), "column": .number(JSONNumber(event.position.column)),
            "kind": .string("\(event.kind)"), "source": .string(event.source), "value": JSON(event.value), "output": JSON(output),
        ]
    }
}

import ArgumentParser
import Foundation

/// The command. Exit codes: 0 success, 1 the function or a mapping template failed, 2 wrong usage, 3 the host failed.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract:
            "Run Lambda functions on this machine: in real processes, over the real Runtime API, with what they would cost.",
        discussion: """
            Martlet reads template.yaml of the current folder, as AWS SAM and CloudFormation write it.

              martlet invoke Hello -e event.json     one event, one handler
              martlet serve                          the emulator: API gateway, AWS endpoint, console
              martlet routes                         what is served where
              martlet test-method GET /orders        one method of a REST API with its execution log
              martlet export                         an API as an OpenAPI document
              martlet template check                 mapping templates: check, render, explain
              martlet replay OrdersQueue batch.json  recorded messages, to a queue's function
              martlet queues                         what queues hold and what they cost
              martlet triggers                       event source mappings and what they do
              martlet top                            rates, errors, durations and cost, live
              martlet logs -f Hello                  what functions print, as it comes
              martlet bill                           what everything has cost so far
              martlet cost                           what something will cost in a month
              martlet tune Orders -e event.json      the cheapest and the fastest memory size
              martlet doctor                         what this machine has and lacks

            Exit codes: 0 success, 1 the function or a mapping template failed, 2 wrong usage, 3 the host failed.
            Shell completions: martlet --generate-completion-script bash|zsh|fish
            """,
        version: "0.1.0",
        subcommands: [
            InvokeCommand.self, ServeCommand.self, RoutesCommand.self, TestMethodCommand.self, ExportCommand.self,
            ReplayCommand.self, RecordCommand.self, TemplateCommand.self, QueuesCommand.self, TriggersCommand.self,
            TopCommand.self, LogsCommand.self, BillCommand.self, CostCommand.self, TuneCommand.self, DoctorCommand.self,
        ])

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Self.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandFailure {
            Terminal.error(error.description)
            Foundation.exit(error.exitCode)
        } catch {
            let code = Self.exitCode(for: error)
            // ArgumentParser prints help on stdout and usage errors on stderr; only its code for the latter differs from ours.
            guard code == .validationFailure else { Self.exit(withError: error) }
            Terminal.error(Self.fullMessage(for: error))
            Foundation.exit(ExitStatus.usage)
        }
    }
}

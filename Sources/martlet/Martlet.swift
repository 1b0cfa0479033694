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
              martlet serve                          the emulator: API gateway and AWS endpoint
              martlet replay OrdersQueue batch.json  recorded messages, to a queue's function
              martlet template check                 mapping templates: check, render, explain
              martlet queues                         what queues hold and what they cost
              martlet triggers                       event source mappings and what they do
              martlet doctor                         what this machine has and lacks

            Exit codes: 0 success, 1 the function or a mapping template failed, 2 wrong usage, 3 the host failed.
            Shell completions: martlet --generate-completion-script bash|zsh|fish
            """,
        version: "0.1.0",
        subcommands: [
            InvokeCommand.self, ServeCommand.self, ReplayCommand.self, RecordCommand.self, TemplateCommand.self,
            QueuesCommand.self, TriggersCommand.self, DoctorCommand.self,
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

/// The exit codes that scripts rely on.
enum ExitStatus {
    static let functionError: Int32 = 1
    static let usage: Int32 = 2
    static let hostError: Int32 = 3
}

/// Ends the command with a message and a code.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let exitCode: Int32

    static func usage(_ message: String) -> CommandFailure {
        CommandFailure(description: "error: \(message)", exitCode: ExitStatus.usage)
    }
    static func host(_ message: String) -> CommandFailure {
        CommandFailure(description: "error: \(message)", exitCode: ExitStatus.hostError)
    }
}

/// The two output streams, and whether someone looks at them.
enum Terminal {
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil }

    static func error(_ text: String) {
        // As for output.
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    static func output(_ bytes: [UInt8]) {
        // A reader that has gone, as `head` does, wants no more; nobody is left to tell.
        try? FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }

    /// Bold where a person reads, plain in files and pipes.
    static func bold(_ text: String) -> String { self.isErrorTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    static func yellow(_ text: String) -> String { self.isErrorTerminal ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
    static func red(_ text: String) -> String { self.isErrorTerminal ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}

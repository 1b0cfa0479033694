import Foundation

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

    static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns and rows of the terminal on standard output; `nil` where it doesn't say.
    static var outputSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

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

import MartletRuntime

/// Does what functions should not do, on request: for tests of hosts, and for looking at what a failure is like.
///
/// `{"do": "crash"}` and so on; ``Deed`` lists all with their parameters. Without `do` it answers like a good function.
@main
struct Misbehave {
    static func main() async throws {
        try await LambdaRuntime(handler: MisbehaveHandler()).run()
    }
}

/// An event: what to do, and its parameters.
struct Order: Decodable {
    /// The name of a ``Deed``.
    let `do`: String?
    /// `exit`: the status. Default 1.
    let code: Int32?
    /// `memory`: megabytes. Default 64.
    let megabytes: Int?
    /// `huge`: bytes of the response. Default 6 291 557, one more than fits.
    let bytes: Int?
    /// `stderr`, `spam`, `stream`: lines or pieces.
    let count: Int?
    /// `slow`, `background`, `stream`: how long, or between pieces.
    let milliseconds: Int?
    /// `fork`: how long the child sleeps. `background`, `throw`: not used.
    let seconds: Int?
    /// `throw`, `stderr`, `stream-error`: the text.
    let message: String?
    /// Behind an API or a function URL: the order itself, as JSON text.
    let body: String?
}

/// What it can do.
enum Deed: String, CaseIterable {
    /// A Swift trap: the process dies of SIGILL or SIGTRAP.
    case crash
    /// `abort()`: SIGABRT.
    case abort
    /// `exit(code)`.
    case exit
    /// `exit(0)` without an answer.
    case exitZero = "exit-zero"
    /// Never returns, and uses no CPU.
    case hang
    /// Takes `megabytes` and touches every page, then answers with their number; keeps them.
    case memory
    /// Answers with a JSON string of `bytes` bytes in all.
    case huge
    /// Writes `count` lines to standard error.
    case standardError = "stderr"
    /// Writes `count` lines (default 100 000) to standard output and to standard error.
    case spam
    /// Throws an error with `message`.
    case `throw`
    /// Answers at once, then works for `milliseconds`.
    case background
    /// Starts a `sleep` of `seconds` in a session of its own, so that it outlives the process group; answers with its process id.
    case fork
    /// Opens `count` files (default: until it fails), closes none, answers with the number.
    case fileDescriptors = "fds"
    /// Answers after `milliseconds`.
    case slow
    /// Streams `count` pieces, `milliseconds` apart.
    case stream
    /// Streams a piece, then throws.
    case streamError = "stream-error"
    /// From now on ignores SIGTERM.
    case sigtermIgnore = "sigterm-ignore"
}

/// An error with a text.
struct Misdeed: Error, CustomStringConvertible {
    let description: String
}

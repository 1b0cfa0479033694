import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Takes what the processes of one environment write to stdout and stderr, in the order they write it: both are one pipe.
///
/// The pipe is read in two places. Its watch empties it whenever there is something in it, so that a writer never waits
/// for the event loop; and the loop empties it when an invocation ends, so that all the function has written by then counts
/// to that invocation. Both read under one lock, which keeps the order.
final class OutputPipe: Sendable {
    /// What an environment may have written without anyone taking it; then the pipe is left to fill and the writer waits.
    static let bufferBytes = 4 * 1024 * 1024

    private struct State {
        var bytes: [UInt8] = []
        var isPaused = false
        /// `nil` once the descriptor is given back: its number may be somebody else's by now.
        var watch: ReadinessWatch?

        mutating func resume() {
            if self.isPaused { self.watch?.resume() }
            self.isPaused = false
        }

        mutating func endWatch() {
            // What is paused may not be ended.
            self.resume()
            self.watch?.end()
            self.watch = nil
        }
    }

    private let state = Mutex(State())
    private let readEnd: Int32

    /// - Parameters:
    ///   - writeEnd: given to the processes; to be closed by the caller once they run.
    ///   - onOutput: called on a thread of its own when there is something to take.
    static func open(onOutput: @escaping @Sendable () -> Void) throws(ProcessError) -> (pipe: OutputPipe, writeEnd: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw ProcessError(stage: .setup, errorNumber: errno, executable: "a pipe for function output")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let output = OutputPipe(readEnd: ends[0])
        output.state.withLock { state in
            state.watch = ReadinessWatch(ends[0]) { [weak output] in if output?.readOn() == true { onOutput() } }
        }
        return (output, ends[1])
    }

    private init(readEnd: Int32) { self.readEnd = readEnd }

    deinit { self.state.withLock { $0.endWatch() } }

    /// Reads what there is; whether anything waits to be taken.
    private func readOn() -> Bool {
        self.state.withLock { state in
            guard state.watch != nil else { return false }
            if self.empty(into: &state) {
                state.endWatch()
            } else if state.bytes.count >= Self.bufferBytes, !state.isPaused {
                state.isPaused = true
                state.watch?.pause()
            }
            return !state.bytes.isEmpty
        }
    }

    /// All that has been written so far and not been taken. One system call when there is nothing.
    func take() -> [UInt8] {
        self.state.withLock { state in
            if state.watch != nil { _ = self.empty(into: &state) }
            state.resume()
            guard !state.bytes.isEmpty else { return [] }
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    /// Takes the rest and gives the descriptor back. Nothing can be taken afterwards.
    func close() -> [UInt8] {
        self.state.withLock { state in
            if state.watch != nil { _ = self.empty(into: &state) }
            state.endWatch()
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    /// Reads until the pipe is empty or the buffer is full. `true` at the end of the output.
    private func empty(into state: inout State) -> Bool {
        // As a rule there is little or nothing: what is that small lies on the stack.
        var blockBytes = 1_024
        while state.bytes.count < Self.bufferBytes {
            let count = withUnsafeTemporaryAllocation(byteCount: blockBytes, alignment: 1) { block in
                let count = read(self.readEnd, block.baseAddress!, block.count)
                if count > 0 { state.bytes.append(contentsOf: block[..<count]) }
                return count
            }
            blockBytes = 65_536
            if count == 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
        return false
    }
}

import Dispatch
import NIOCore
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Takes what the processes of one environment write to stdout and stderr, in the order they write it: both are one pipe.
///
/// The pipe is read in two places. A dispatch source empties it whenever there is something in it, so that a writer never waits
/// for the event loop; and the loop empties it when an invocation ends, so that all the function has written by then counts
/// to that invocation. Both read under one lock, which keeps the order.
final class OutputPipe: Sendable {
    /// What an environment may have written without anyone taking it; then the pipe is left to fill and the writer waits.
    static let bufferBytes = 4 * 1024 * 1024

    private struct State {
        var bytes: [UInt8] = []
        var isPaused = false
        /// The descriptor is given back or about to be: its number may be somebody else's by now.
        var isClosed = false
    }

    private let state = Mutex(State())
    private let readEnd: Int32
    /// SAFETY: dispatch objects may be used from any thread (libdispatch says so, its Swift overlay does not); set once, in
    /// `init`.
    nonisolated(unsafe) private let source: any DispatchSourceRead
    private static let queue = DispatchQueue(label: "martlet.function-output")

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
        return (OutputPipe(readEnd: ends[0], onOutput: onOutput), ends[1])
    }

    private init(readEnd: Int32, onOutput: @escaping @Sendable () -> Void) {
        self.readEnd = readEnd
        let source = DispatchSource.makeReadSource(fileDescriptor: readEnd, queue: Self.queue)
        self.source = source
        source.setCancelHandler { Self.closeDescriptor(readEnd) }
        source.setEventHandler { [weak self] in
            guard let self else { return }
            let (hasOutput, isAtEnd) = self.state.withLock { state -> (Bool, Bool) in
                guard !state.isClosed else { return (false, false) }
                let isAtEnd = self.empty(into: &state)
                if isAtEnd { state.isClosed = true }
                if state.bytes.count >= Self.bufferBytes, !state.isPaused {
                    state.isPaused = true
                    self.source.suspend()
                }
                return (!state.bytes.isEmpty, isAtEnd)
            }
            if hasOutput { onOutput() }
            if isAtEnd { self.source.cancel() }
        }
        source.activate()
    }

    /// All that has been written so far and not been taken. One system call when there is nothing.
    func take() -> [UInt8] {
        self.state.withLock { state in
            if !state.isClosed { _ = self.empty(into: &state) }
            if state.isPaused, !state.isClosed {
                state.isPaused = false
                self.source.resume()
            }
            guard !state.bytes.isEmpty else { return [] }
            defer { state.bytes = [] }
            return state.bytes
        }
    }

    /// Takes the rest and gives the descriptor back. Nothing can be taken afterwards.
    func close() -> [UInt8] {
        let rest = self.state.withLock { state in
            if !state.isClosed { _ = self.empty(into: &state) }
            state.isClosed = true
            // A source that is suspended would neither be cancelled nor may it be released.
            if state.isPaused {
                state.isPaused = false
                self.source.resume()
            }
            defer { state.bytes = [] }
            return state.bytes
        }
        self.source.cancel()
        return rest
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

    private static func closeDescriptor(_ descriptor: Int32) {
        #if canImport(Darwin)
            Darwin.close(descriptor)
        #else
            Glibc.close(descriptor)
        #endif
    }
}

import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Writes log text to a descriptor on a thread of its own. What the event loop appends leaves in pieces of some milliseconds, so
/// that a busy host makes few writes and a slow terminal never holds up an invocation.
package final class LogWriter: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isScheduled = false
        var dropped = 0
    }

    private let state = Mutex(State())
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "martlet.log-writer")

    /// Gathered for this long.
    private static let delay = DispatchTimeInterval.milliseconds(5)
    /// What may wait for a reader that doesn't read; more is dropped, and said to be.
    private static let limit = 16 * 1024 * 1024

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// A writer to the end of a file, which is made if there is none. The file stays open as long as the process.
    package convenience init(appendingTo path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw HostError("can't write \(path): \(String(cString: strerror(errno)))") }
        self.init(descriptor: descriptor)
    }

    package func write(_ append: (inout [UInt8]) -> Void) {
        let schedules = self.state.withLock { state -> Bool in
            let before = state.bytes.count
            append(&state.bytes)
            if state.bytes.count > Self.limit {
                state.dropped += state.bytes.count - before
                state.bytes.removeLast(state.bytes.count - before)
            }
            guard !state.isScheduled, state.bytes.count > before else { return false }
            state.isScheduled = true
            return true
        }
        if schedules { self.queue.asyncAfter(deadline: .now() + Self.delay) { self.flushNow() } }
    }

    package func write(line: String) {
        self.write { bytes in
            bytes.append(contentsOf: line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Returns when all that was appended before has been written.
    package func flush() { self.queue.sync { self.flushNow() } }

    private func flushNow() {
        var bytes = self.state.withLock { state -> [UInt8] in
            state.isScheduled = false
            defer {
                state.bytes = []
                state.dropped = 0
            }
            if state.dropped > 0 {
                state.bytes.append(contentsOf: "martlet: \(state.dropped) bytes of log were dropped: nobody read them\n".utf8)
            }
            return state.bytes
        }
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(self.descriptor, buffer.baseAddress!, buffer.count)
                #else
                    Glibc.write(self.descriptor, buffer.baseAddress!, buffer.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            // A reader that has gone away (EPIPE) takes its log with it; the host goes on.
            guard count > 0 else { return }
            bytes.removeFirst(count)
        }
    }
}

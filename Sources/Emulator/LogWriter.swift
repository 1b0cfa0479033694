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
        /// The room of what was written before, for what is gathered next.
        var spare: [UInt8] = []
        var isScheduled = false
        var dropped = 0
    }

    private let state = Mutex(State())
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "martlet.log-writer")
    /// Signalled by who can't wait until the delay is over.
    private let hurry = DispatchSemaphore(value: 0)

    /// Gathered for this long. The writer's own thread sleeps it: a timer would wake a second thread to set it and a third to fire it.
    private static let delay = DispatchTimeInterval.milliseconds(10)
    /// What may wait for a reader that doesn't read; more is dropped, and said to be.
    private static let limit = 16 * 1024 * 1024
    /// Room that is kept between two writes.
    private static let spareLimit = 256 * 1024

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
        guard schedules else { return }
        self.queue.async {
            _ = self.hurry.wait(timeout: .now() + Self.delay)
            self.flushNow()
        }
    }

    package func write(line: String) {
        self.write { bytes in
            bytes.append(contentsOf: line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Returns when all that was appended before has been written.
    package func flush() {
        self.hurry.signal()
        self.queue.sync { self.flushNow() }
    }

    private func flushNow() {
        var bytes = self.state.withLock { state -> [UInt8] in
            state.isScheduled = false
            if state.dropped > 0 {
                state.bytes.append(contentsOf: "martlet: \(state.dropped) bytes of log were dropped: nobody read them\n".utf8)
                state.dropped = 0
            }
            let gathered = state.bytes
            state.bytes = state.spare
            state.spare = []
            return gathered
        }
        bytes.withUnsafeBytes { self.write($0) }
        guard bytes.capacity <= Self.spareLimit else { return }
        bytes.removeAll(keepingCapacity: true)
        self.state.withLock { [bytes] in $0.spare = bytes }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
                let count = Darwin.write(self.descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
            #else
                let count = Glibc.write(self.descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
            #endif
            if count < 0, errno == EINTR { continue }
            // A reader that has gone away (EPIPE) takes its log with it; the host goes on.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

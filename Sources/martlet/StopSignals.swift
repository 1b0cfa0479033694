import ExecutionEnvironments
import Foundation

/// Where the handler of signals writes to. Set once, before there is a handler; a handler may do little more than write.
private nonisolated(unsafe) var stopPipe: Int32 = -1

/// SIGINT and SIGTERM, heard from the moment it is made. One in a process.
///
/// Through a pipe: a Dispatch source of signals misses some on Linux, where what is ignored is dropped before it is seen while
/// the main thread waits.
struct StopSignals {
    private let watch: ReadinessWatch
    private let stream: AsyncStream<Void>

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "a process that has just begun has descriptors left")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        stopPipe = ends[1]
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        let readEnd = ends[0]
        self.watch = ReadinessWatch(readEnd) {
            var byte: UInt8 = 0
            _ = read(readEnd, &byte, 1)
            continuation.yield()
        }
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                var byte: UInt8 = 0
                _ = write(stopPipe, &byte, 1)
            }
        }
    }

    /// Returns at the first of them; a second SIGINT ends the process at once, and the guardian cleans up.
    func wait() async {
        for await _ in self.stream { break }
        signal(SIGINT, SIG_DFL)
    }
}

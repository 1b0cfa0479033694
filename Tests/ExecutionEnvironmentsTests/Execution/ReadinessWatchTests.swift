import Synchronization
import Testing

@testable import ExecutionEnvironments

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What processes write is seen, whatever the pace.
struct ReadinessWatchTests {
    /// Descriptor numbers are used again at once, which is what environments that come and go make of them.
    @Test func descriptorsThatAreUsedAgainAtOnceLoseNothing() async throws {
        await withTaskGroup(of: Int.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var seen = 0
                    for round in 0..<500 {
                        let text = Array("\(writer)/\(round)\n".utf8)
                        let (told, continuation) = AsyncStream.makeStream(of: Void.self)
                        guard let (pipe, writeEnd) = try? OutputPipe.open(onOutput: { continuation.yield() }) else { break }
                        _ = text.withUnsafeBytes { write(writeEnd, $0.baseAddress, $0.count) }
                        for await _ in told { break }
                        close(writeEnd)
                        if pipe.take() + pipe.close() == text { seen += 1 }
                    }
                    return seen
                }
            }
            for await seen in group { #expect(seen == 500) }
        }
    }

    @Test func aWriterWaitsForAFullBufferAndThenGoesOn() async throws {
        let (told, continuation) = AsyncStream.makeStream(of: Void.self)
        let (pipe, writeEnd) = try OutputPipe.open(onOutput: { continuation.yield() })
        let total = 3 * OutputPipe.bufferBytes
        let done = Mutex(false)
        let thread = Task.detached {
            let block = [UInt8](repeating: 7, count: 64 * 1024)
            for _ in 0..<(total / block.count) {
                var rest = block[...]
                while !rest.isEmpty { rest = rest.dropFirst(rest.withUnsafeBytes { write(writeEnd, $0.baseAddress, $0.count) }) }
            }
            close(writeEnd)
            done.withLock { $0 = true }
        }
        var taken = 0
        for await _ in told {
            let bytes = pipe.take()
            // One read more than the bound may have been on its way.
            #expect(bytes.count <= OutputPipe.bufferBytes + 64 * 1024)
            taken += bytes.count
            if taken == total { break }
        }
        await thread.value
        #expect(done.withLock { $0 })
        #expect(pipe.close().isEmpty)
    }

    @Test func theEndAloneIsNoOutput() async throws {
        let calls = Atomic<Int>(0)
        let (pipe, writeEnd) = try OutputPipe.open(onOutput: { calls.add(1, ordering: .relaxed) })
        close(writeEnd)
        #expect(pipe.close().isEmpty)
        #expect(calls.load(ordering: .relaxed) == 0)
    }
}

import Dispatch
import Foundation
import NIOCore

/// A program that writes credentials to its standard output (`credential_process`). It runs without a shell, with the host's
/// environment; its standard error is the host's, so that what it has to say is seen and never kept.
struct CredentialProgram: Sendable {
    let words: [String]

    private static let outputBytesMax = 65_536
    /// It may ask its user or a server. After this it is killed.
    private static let patience = TimeAmount.seconds(60)
    private static let queue = DispatchQueue(label: "martlet.credential-programs", attributes: .concurrent)

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Must be called on the event loop.
    /// - Returns: what it wrote.
    func run(on eventLoop: any EventLoop) -> EventLoopFuture<[UInt8]> {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = self.words
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            return eventLoop.makeFailedFuture(Failure(description: "it can't be run: \(error.localizedDescription)"))
        }
        let promise = eventLoop.makePromise(of: [UInt8].self)
        let pending = NIOLoopBound(Pending(promise), eventLoop: eventLoop)
        // A child of the program may keep its output open: whoever waits is told in time even then.
        let timeout = eventLoop.scheduleTask(in: Self.patience) {
            Self.kill(process)
            pending.value.complete(
                .failure(Failure(description: "it took longer than \(Self.patience.nanoseconds / 1_000_000_000) s")))
        }
        let handle = output.fileHandleForReading
        Self.queue.async {
            let result = Result { try Self.output(of: process, handle) }
            eventLoop.execute {
                timeout.cancel()
                pending.value.complete(result)
            }
        }
        return promise.futureResult
    }

    /// Whoever comes first ends the wait. Lives on the event loop.
    private final class Pending {
        private var promise: EventLoopPromise<[UInt8]>?

        init(_ promise: EventLoopPromise<[UInt8]>) { self.promise = promise }

        func complete(_ result: Result<[UInt8], any Error>) {
            self.promise?.completeWith(result)
            self.promise = nil
        }
    }

    private static func output(of process: Process, _ handle: FileHandle) throws -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try self.bytes(of: handle)
        } catch {
            self.kill(process)
            throw error
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw Failure(description: "it ended with \(process.terminationStatus)")
        }
        return bytes
    }

    private static func kill(_ process: Process) {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }

    private static func bytes(of handle: FileHandle) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let part = try handle.read(upToCount: self.outputBytesMax), !part.isEmpty {
            bytes += part
            guard bytes.count <= self.outputBytesMax else {
                throw Failure(description: "it wrote more than \(self.outputBytesMax) bytes")
            }
        }
        return bytes
    }
}

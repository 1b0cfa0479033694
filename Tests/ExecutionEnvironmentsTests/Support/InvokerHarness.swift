import Billing
import CoreTypes
import ExecutionEnvironments
import Foundation
import LambdaCore
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// An invoker with real processes, on a loop, in a folder and with a guardian of its own. Made and ended by ``with(_:_:)``.
final class InvokerHarness: Sendable {
    let loop: any EventLoop
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// Holds `code/<function>`, `layers` and `state`.
    let folder: String
    let marker: String
    let recorder = Recorder()
    private let parts: NIOLoopBound<Parts>
    private let registry: Mutex<FunctionRegistry>
    private let changes = Mutex<UInt64>(0)
    private let preparation = Preparation()

    /// Lets code be ready at once, or when a promise is kept.
    private final class Preparation: Sendable {
        let held = Mutex<EventLoopPromise<Void>?>(nil)
    }

    private final class Parts {
        let invoker: Invoker
        /// The invoker's context holds its observer weakly.
        let recorder: Recorder
        let guardian: Guardian

        init(invoker: Invoker, recorder: Recorder, guardian: Guardian) {
            self.invoker = invoker
            self.recorder = recorder
            self.guardian = guardian
        }
    }

    /// What one invocation came to.
    struct Outcome: Sendable {
        let requestID: RequestID
        let payload: String
        let failure: InvocationFailure?
        let contentType: String?
        let executedVersion: String
        let log: String?
        let record: InvocationRecord?
        /// What a client that streams got, piece by piece, and the content type that came before it.
        let pieces: [String]
        let streamContentType: String?
        /// The most that a slow client had been given and not yet taken.
        let pendingBytesMost: Int

        var json: JSON { get throws { try JSON(parsing: Array(self.payload.utf8)) } }
    }

    /// An invocation that the invoker has taken.
    struct Pending: Sendable {
        let requestID: RequestID
        let future: EventLoopFuture<Outcome>
        func outcome() async throws -> Outcome { try await self.future.get() }
    }

    private init(settings: @Sendable (inout EnvironmentContext.Settings) -> Void) async throws {
        let loop = self.group.next()
        var random = SystemRandomNumberGenerator()
        let digits = String(random.next() | 1 << 63, radix: 16)
        let folder = FileManager.default.temporaryDirectory.path + "/martlet-test-\(digits)"
        for name in ["code", "layers/extensions", "state/environments"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        var chosen = EnvironmentContext.Settings(
            region: "eu-central-1", account: "000000000000",
            credentials: .init(accessKeyID: "AKID", secretAccessKey: "SECRET", sessionToken: "TOKEN", endpointURL: nil),
            interpreters: .init(
                chosenPython: nil, chosenNode: nil, searchPath: "/usr/local/bin:/usr/bin:/bin", pythonBootstrap: "",
                nodeBootstrap: ""),
            environmentsFolder: "\(folder)/state/environments", runtimeFolder: "\(folder)/state/runtime")
        settings(&chosen)
        let recorder = self.recorder
        let preparation = self.preparation
        let final = chosen
        self.parts = try await loop.submit {
            let guardian = try Guardian(marker: digits)
            let context = EnvironmentContext(eventLoop: loop, settings: final, guardian: guardian, observers: [recorder])
            context.endpointURL = "http://127.0.0.1:1"
            let invoker = Invoker(context: context) { function, loop in
                let code = PreparedCode(
                    taskRoot: "\(folder)/code/\(function.configuration.name)", layersRoot: "\(folder)/layers")
                let ready = preparation.held.withLock { $0?.futureResult } ?? loop.makeSucceededVoidFuture()
                return ready.map { code }
            }
            return NIOLoopBound(Parts(invoker: invoker, recorder: recorder, guardian: guardian), eventLoop: loop)
        }.get()
        self.loop = loop
        self.folder = folder
        self.marker = digits
        self.registry = Mutex(FunctionRegistry(region: "eu-central-1", account: "000000000000"))
    }

    /// Whatever happens in `body`, no process, port or file is left.
    static func with(
        _ settings: @Sendable (inout EnvironmentContext.Settings) -> Void = { _ in },
        _ body: (InvokerHarness) async throws -> Void
    ) async throws {
        let harness = try await InvokerHarness(settings: settings)
        do {
            try await body(harness)
            try await harness.end()
        } catch {
            try await harness.end()
            throw error
        }
    }

    private func end() async throws {
        try await self.stop()
        try await self.loop.submit { self.parts.value.guardian.dismiss() }.get()
        try await self.group.shutdownGracefully()
        try FileManager.default.removeItem(atPath: self.folder)
    }

    func stop() async throws { try await self.loop.flatSubmit { self.parts.value.invoker.stop() }.get() }

    func onInvoker<Value: Sendable>(_ body: @escaping @Sendable (Invoker) -> Value) async throws -> Value {
        try await self.loop.submit { body(self.parts.value.invoker) }.get()
    }

    var environmentCount: Int { get async throws { try await self.onInvoker { $0.environmentCount } } }

    // MARK: Functions

    /// Writes a file of a function, executable unless told otherwise.
    func write(_ text: String, to path: String, mode: Int = 0o755) throws {
        let whole = "\(self.folder)/\(path)"
        try FileManager.default.createDirectory(
            atPath: String(whole[..<whole.lastIndex(of: "/")!]), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: whole))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: whole)
    }

    /// Makes a function, or changes it, whose bootstrap is this text; without one it has no bootstrap.
    func deploy(
        _ bootstrap: String?, name: String = "f", _ configure: (inout FunctionConfiguration) -> Void = { _ in }
    ) throws {
        if let bootstrap { try self.write(bootstrap, to: "code/\(name)/bootstrap") }
        try FileManager.default.createDirectory(atPath: "\(self.folder)/code/\(name)", withIntermediateDirectories: true)
        var configuration = FunctionConfiguration(
            name: name, runtime: .providedAL2023, handler: "index.handler", code: .folder("\(self.folder)/code/\(name)"))
        configuration.timeoutSeconds = 30
        configure(&configuration)
        let number = self.changes.withLock { number in
            number += 1
            return number
        }
        var change = RegistryChange(
            time: Timestamp(seconds: 1_800_000_000 + Int64(number)), requestID: RequestID(random: number, 7))
        let contents = FunctionContents(configuration: configuration, code: .unknown)
        try self.registry.withLock { registry in
            if registry.resolveUnqualified(name) == nil {
                _ = try registry.create(contents, &change)
            } else {
                _ = try registry.update(name, contents: contents, &change)
            }
        }
    }

    /// From now on code is ready when the promise is kept.
    func holdPreparation() -> EventLoopPromise<Void> {
        let promise = self.loop.makePromise(of: Void.self)
        self.preparation.held.withLock { $0 = promise }
        return promise
    }

    /// Ends the environments of what the registry no longer holds.
    func retireChanged() async throws {
        let registry = self.registry.withLock { $0 }
        try await self.onInvoker { invoker in invoker.retire { !registry.isCurrent($0) } }
    }

    // MARK: Invocations

    struct Call: Sendable {
        var function = "f"
        var payload = "{}"
        var wantsLog = false
        var streams = false
        /// Streams, and takes what it was given only after the loop has been round many times.
        var takesSlowly = false
        var clientContext: String?
        var cognitoIdentity: String?
    }

    func begin(_ call: Call = Call()) async throws -> Pending {
        guard let function = self.registry.withLock({ $0.resolveUnqualified(call.function) }) else {
            throw NoSuchFunction(name: call.function)
        }
        var random = SystemRandomNumberGenerator()
        let id = RequestID(using: &random)
        let loop = self.loop
        let future = try await loop.submit {
            let promise = loop.makePromise(of: Outcome.self)
            let client = TestClient(promise, slowLoop: call.takesSlowly ? loop : nil)
            self.parts.value.invoker.invoke(
                Invocation(
                    id: id, function: function, payload: ByteBuffer(string: call.payload), source: .invoke,
                    traceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
                    clientContext: call.clientContext, cognitoIdentity: call.cognitoIdentity, wantsLog: call.wantsLog,
                    streamsResponse: call.streams || call.takesSlowly, client: client))
            return promise.futureResult
        }.get()
        return Pending(requestID: id, future: future)
    }

    /// Invokes, and waits until the environment is free again: its runtime may be late in asking for more, or must be reaped.
    func invoke(_ call: Call = Call()) async throws -> Outcome {
        let outcome = try await self.begin(call).outcome()
        switch outcome.failure {
        case .throttled, .unavailable: return outcome
        case nil, .function, .timeout: break
        }
        try await eventually("the environment is free") {
            guard self.recorder.records.contains(where: { $0.requestID == outcome.requestID }) else { return false }
            return try await self.onInvoker { $0.environmentCount - $0.freeEnvironmentCount == $0.invocationsInFlight }
        }
        return outcome
    }

    func invoke(_ payload: String) async throws -> Outcome { try await self.invoke(Call(payload: payload)) }

    struct NoSuchFunction: Error { let name: String }
}

/// Keeps what an invocation gives until it is over.
private final class TestClient: InvocationClient {
    private let promise: EventLoopPromise<InvokerHarness.Outcome>
    private var pieces: [String] = []
    private var streamContentType: String?
    private let slowLoop: (any EventLoop)?
    private var pending: [(bytes: Int, consumed: EventLoopPromise<Void>)] = []
    private var pendingBytesMost = 0

    /// Each turn reads from the function once, if it is read from at all.
    private static let turns = 400
    /// How much it lets come before it begins to take.
    private static let patienceBytes = 1 << 20
    private var isTaking = false

    init(_ promise: EventLoopPromise<InvokerHarness.Outcome>, slowLoop: (any EventLoop)?) {
        self.promise = promise
        self.slowLoop = slowLoop
    }

    func streamBegan(contentType: String?) { self.streamContentType = contentType }

    func streamed(_ part: ByteBuffer, consumed: EventLoopPromise<Void>?) {
        guard let slowLoop, let consumed else {
            self.pieces.append(String(buffer: part))
            consumed?.succeed()
            return
        }
        self.pending.append((part.readableBytes, consumed))
        let bytes = self.pending.reduce(0) { $0 + $1.bytes }
        self.pendingBytesMost = max(self.pendingBytesMost, bytes)
        if bytes > Self.patienceBytes, !self.isTaking {
            self.isTaking = true
            self.takeLater(Self.turns, on: slowLoop)
        }
    }

    private func takeLater(_ turns: Int, on loop: any EventLoop) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute {
            if turns > 0 {
                bound.value.takeLater(turns - 1, on: loop)
            } else {
                let taken = bound.value.pending
                bound.value.pending = []
                bound.value.isTaking = false
                for piece in taken { piece.consumed.succeed() }
            }
        }
    }

    func finished(_ result: InvocationResult) {
        self.promise.succeed(
            .init(
                requestID: result.requestID, payload: String(buffer: result.payload), failure: result.failure,
                contentType: result.contentType, executedVersion: result.executedVersion,
                log: result.log.map { String(decoding: $0, as: UTF8.self) }, record: result.record, pieces: self.pieces,
                streamContentType: self.streamContentType, pendingBytesMost: self.pendingBytesMost))
    }
}

/// Hears all that the environments tell.
final class Recorder: ExecutionObserver, Sendable {
    struct Heard: Sendable {
        var platform: [PlatformEvent] = []
        var output: [(text: String, requestID: RequestID?)] = []
        var extensionLines: [String] = []
        var waitingFor: [String] = []
        var throttled: [String] = []
        var records: [InvocationRecord] = []
    }

    private let heard = Mutex(Heard())

    var platform: [PlatformEvent] { self.heard.withLock { $0.platform } }
    var records: [InvocationRecord] { self.heard.withLock { $0.records } }
    var waitingFor: [String] { self.heard.withLock { $0.waitingFor } }
    var extensionLines: [String] { self.heard.withLock { $0.extensionLines } }
    var text: String { self.heard.withLock { $0.output.map(\.text).joined() } }

    func text(of requestID: RequestID) -> String {
        self.heard.withLock { $0.output.filter { $0.requestID == requestID }.map(\.text).joined() }
    }

    var throttled: [String] { self.heard.withLock { $0.throttled } }

    func throttled(function: String, at time: Timestamp) { self.heard.withLock { $0.throttled.append(function) } }

    func platformEvent(_ event: PlatformEvent, at time: Timestamp, in environment: EnvironmentDescription) {
        self.heard.withLock { $0.platform.append(event) }
    }

    func logged(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription
    ) {
        guard origin != .platform else { return }
        let text = String(decoding: line, as: UTF8.self)
        self.heard.withLock {
            $0.output.append((text, requestID))
            if origin == .extension { $0.extensionLines.append(String(text.dropLast())) }
        }
    }

    func waitsForAttachment(function: String) { self.heard.withLock { $0.waitingFor.append(function) } }

    func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {
        self.heard.withLock { $0.records.append(record) }
    }
}

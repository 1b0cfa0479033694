import Dispatch
import Foundation

/// SIGINT and SIGTERM, caught from the moment that this is made: one that comes before somebody waits for it isn't lost.
struct StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let arrivals: AsyncStream<Void>

    /// Returns when they are caught: Dispatch registers its sources on another thread, and what comes before that is ignored.
    init() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let (registrations, registered) = AsyncStream.makeStream(of: Void.self)
        self.arrivals = stream
        self.sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setRegistrationHandler { registered.yield() }
            source.setEventHandler { continuation.yield() }
            source.activate()
            return source
        }
        var missing = self.sources.count
        for await _ in registrations {
            missing -= 1
            if missing == 0 { break }
        }
    }

    /// Returns at the first of them; a second SIGINT ends the process at once, and the guardian cleans up.
    func first() async {
        for await _ in self.arrivals { break }
        for source in self.sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
    }
}

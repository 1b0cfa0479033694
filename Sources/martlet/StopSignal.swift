import Dispatch

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The first SIGINT or SIGTERM since this was made. A second SIGINT ends the process at once, and the guardian cleans up.
struct StopSignal {
    private let signals: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    /// Has an effect before it returns: Dispatch registers sources on a thread of its own, and what comes meanwhile is lost.
    init() async {
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number)
        }
        let (signals, signalled) = AsyncStream.makeStream(of: Void.self)
        let (registrations, registered) = AsyncStream.makeStream(of: Void.self)
        for source in sources {
            source.setRegistrationHandler { registered.yield() }
            source.setEventHandler { signalled.yield() }
            source.activate()
        }
        var count = 0
        for await _ in registrations {
            count += 1
            if count == sources.count { break }
        }
        self.signals = signals
        self.sources = sources
    }

    func comes() async {
        for await _ in self.signals { break }
        for source in self.sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
    }
}

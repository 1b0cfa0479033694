#if canImport(Darwin)
    import Darwin
    import Dispatch
#else
    import CProcess
    import Glibc
    import Synchronization
#endif

/// A descriptor that is watched: a handler is called, on a thread that all watches share, whenever there is more to be read from
/// it or it has come to its end, until the watch ends. A handler must be short, and read all there is or pause.
///
/// On Linux one thread waits for all descriptors by epoll. Why not Dispatch, as on macOS: its sources take a descriptor's
/// registration by the descriptor's number, and ending one while another begins under the same number has been seen to use freed
/// memory there (swift-corelibs-libdispatch, issue 949). Environments come and go at a pace that meets that.
package final class ReadinessWatch: Sendable {
    #if canImport(Darwin)
        /// SAFETY: dispatch objects may be used from any thread (libdispatch says so, its Swift overlay does not); set once.
        nonisolated(unsafe) private let source: any DispatchSourceRead
        private static let queue = DispatchQueue(label: "martlet.readiness")

        package init(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) {
            self.source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: Self.queue)
            self.source.setCancelHandler { close(descriptor) }
            self.source.setEventHandler(handler: handler)
            self.source.activate()
        }

        /// Calls the handler no more, until ``resume()``. Must not be called twice.
        package func pause() { self.source.suspend() }
        package func resume() { self.source.resume() }

        /// Calls the handler no more, but for a call that is under way, and closes the descriptor. Once, and not while paused.
        package func end() { self.source.cancel() }
    #else
        private let descriptor: Int32
        private let number: UInt64

        package init(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) {
            self.descriptor = descriptor
            self.number = Poller.shared.add(descriptor, handler)
        }

        /// Calls the handler no more, until ``resume()``.
        package func pause() { Poller.shared.set(self.descriptor, self.number, MARTLET_POLL_PAUSE) }
        package func resume() { Poller.shared.set(self.descriptor, self.number, MARTLET_POLL_RESUME) }

        /// Calls the handler no more, but for a call that is under way, and closes the descriptor. Once.
        package func end() {
            Poller.shared.remove(self.descriptor, self.number)
            close(self.descriptor)
        }
    #endif
}

#if !canImport(Darwin)
    /// The one thread that waits. Watches are known by a number that is never used again, so that an event which was on its way
    /// when its watch ended finds nobody, whatever has become of its descriptor.
    private final class Poller: Sendable {
        static let shared = Poller()

        private struct State {
            var handlers: [UInt64: @Sendable () -> Void] = [:]
            var lastNumber: UInt64 = 0
        }

        private let state = Mutex(State())
        private let poll: Int32

        private init() {
            self.poll = martlet_poll_create()
            precondition(self.poll >= 0, "no descriptor is left for waiting on functions")
            var thread = pthread_t()
            let error = pthread_create(&thread, nil, { _ in Poller.shared.run() }, nil)
            precondition(error == 0, "no thread can be started to wait on functions")
            pthread_detach(thread)
        }

        func add(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) -> UInt64 {
            let number = self.state.withLock { state in
                state.lastNumber += 1
                state.handlers[state.lastNumber] = handler
                return state.lastNumber
            }
            self.set(descriptor, number, MARTLET_POLL_ADD)
            return number
        }

        func remove(_ descriptor: Int32, _ number: UInt64) {
            self.state.withLock { $0.handlers[number] = nil }
            self.set(descriptor, number, MARTLET_POLL_REMOVE)
        }

        func set(_ descriptor: Int32, _ number: UInt64, _ operation: martlet_poll_operation) {
            precondition(
                martlet_poll_set(self.poll, descriptor, number, operation) == 0, "a descriptor that is watched is open")
        }

        private func run() -> Never {
            var numbers = [UInt64](repeating: 0, count: 64)
            while true {
                let count = martlet_poll_wait(self.poll, &numbers, Int32(numbers.count))
                for number in numbers.prefix(Int(max(count, 0))) {
                    let handler = self.state.withLock { $0.handlers[number] }
                    handler?()
                }
            }
        }
    }
#endif

import NIOCore

/// What an environment tells the one that owns it.
protocol EnvironmentOwner: AnyObject {
    /// It can take an invocation. Not fresh: its process must be started again first.
    func environmentFreed(_ environment: ExecutionEnvironment, isFresh: Bool)
    /// Its process left while it was idle; it will end and must get nothing more.
    func environmentLost(_ environment: ExecutionEnvironment)
    func environmentEnded(_ environment: ExecutionEnvironment)
    /// Takes an invocation out of the line that the environment may begin at once.
    func nextInvocation(for environment: ExecutionEnvironment) -> Invocation?
    /// Its client has been told; the environment isn't free yet.
    func invocationAnswered()
    /// The invocation no longer counts as in flight.
    func invocationConcluded(_ invocation: Invocation)
}

/// Lets a closure that crosses threads hold an environment without keeping it.
struct WeakEnvironment {
    weak var environment: ExecutionEnvironment?
    init(_ environment: ExecutionEnvironment) { self.environment = environment }
}

/// Bounds of an environment that are no quotas of a function's configuration (Lambda developer guide, "Lambda quotas").
enum EnvironmentLimits {
    static let openFiles: UInt64 = 1024
    /// The limit on data segments counts what is reserved, not only what is used, so it stands this far above the memory limit:
    /// it stops a runaway between two looks at the resident memory.
    static let dataHeadroomMB = 512
    /// How often the memory and the files of a running invocation are looked at.
    static let look = TimeAmount.milliseconds(25)
    /// A person who steps through a handler isn't timed out; so that no wait is without a bound, it ends after a day.
    static let attachedTimeoutSeconds = 86_400
    /// How long a runtime that was started by hand may take from its answer to its next request.
    static let attachedReturn = TimeAmount.seconds(2)
    /// A log tail is cut from this much of an invocation's log.
    static let keptLogBytes = 8 * 1024 * 1024
}

import HTTPServing
import LambdaCore
import NIOCore

/// A function whose runtime was, or is to be, started by hand.
struct Attachment {
    var environment: ExecutionEnvironment?
    /// Invocations that wait for it, in order.
    var waiting = CircularBuffer<Invocation>()
}

/// Runtimes that the host didn't start: a person runs them in a debugger or a terminal. They come to a port that all of them
/// share, where the path says which function they are.
///
/// There is one for each function, and while it is there it gets all of the function's invocations, of every version, one after
/// the other. It is known by its waiting `/next`: when that is closed, the runtime has left. One that asks for the next event
/// while an invocation is unanswered has been started again, and ends that invocation.
extension Invoker {
    /// The environment of the runtime that speaks for a function, if one does.
    func attachedEnvironment(of function: String) -> ExecutionEnvironment? { self.attachments[function]?.environment }

    /// A runtime asks for its first event.
    func attach(_ function: ResolvedFunction) -> ExecutionEnvironment {
        let name = function.configuration.name
        if let environment = self.attachments[name]?.environment { return environment }
        self.lastAttachedID -= 1
        let environment = ExecutionEnvironment(
            id: self.lastAttachedID, function: function, code: PreparedCode(taskRoot: ""), context: self.context, owner: self,
            isAttached: true)
        self.attachments[name, default: Attachment()].environment = environment
        return environment
    }

    /// `false` when the function has no runtime that was started by hand and need not wait for one.
    func placeAttached(_ invocation: Invocation) -> Bool {
        let name = invocation.function.configuration.name
        guard let attachment = self.attachments[name] else { return false }
        if let environment = attachment.environment, environment.state == .idle {
            environment.run(invocation)
        } else if attachment.waiting.count < Self.waitingLimit {
            self.attachments[name]?.waiting.append(invocation)
            if attachment.environment == nil { self.context.journal.waitsForAttachment(function: name) }
        } else {
            self.refuse(invocation, .unavailable("more than \(Self.waitingLimit) invocations wait for the runtime of \(name)"))
        }
        return true
    }

    func attachedFreed(_ environment: ExecutionEnvironment, isFresh: Bool) {
        guard isFresh else {
            environment.end()
            return
        }
        if let next = self.nextAttached(for: environment) { environment.run(next) }
    }

    func nextAttached(for environment: ExecutionEnvironment) -> Invocation? {
        self.attachments[environment.configuration.name]?.waiting.popFirst()
    }

    /// It gets nothing more; what waits for it goes to the host's own environments, unless the function has to have it.
    func detach(_ environment: ExecutionEnvironment) {
        let name = environment.configuration.name
        guard let attachment = self.attachments[name], attachment.environment === environment else { return }
        environment.parked?.close()
        self.attachments[name]?.environment = nil
        if self.context.settings.attachedFunctions.contains(name) { return }
        self.attachments[name] = nil
        for invocation in attachment.waiting { self.place(invocation) }
    }

    func endAttached(where isEnded: (ExecutionEnvironment) -> Bool) {
        for environment in self.attachments.values.compactMap(\.environment) where isEnded(environment) { environment.end() }
    }

    func abortAttached(_ why: String) {
        for (name, attachment) in self.attachments {
            self.attachments[name]?.waiting = CircularBuffer()
            for invocation in attachment.waiting { self.refuse(invocation, .unavailable(why)) }
            attachment.environment?.abort(why)
        }
    }

    var hasAttached: Bool { self.attachments.values.contains { $0.environment != nil } }
}

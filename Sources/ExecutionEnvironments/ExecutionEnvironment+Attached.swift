import HTTPServing
import LambdaCore

/// How a runtime that was started by hand shows that it has gone. Its process isn't ours, so its connections have to tell:
///
/// - its waiting request is closed;
/// - it has answered, and for ``EnvironmentLimits/attachedReturn`` doesn't ask for more: one that was only slow finds a new
///   environment when it does;
/// - the connection that took the event is closed before the answer, by a client that answered on it before. Of one that opens a
///   connection for each request, as a shell script with curl, nothing can be told: its invocation waits until a runtime asks
///   again, and then has failed.
extension ExecutionEnvironment {
    func attachedRuntimeLeft() {
        switch self.state {
        case .idle:
            self.owner?.environmentLost(self)
            self.end()
        case .busy:
            guard let invocation else { return }
            self.owner?.environmentLost(self)
            self.retiresAfterInvocation = true
            if invocation.answer != nil { self.finishInvocation() } else { self.fail(invocation, .platform(.exitZero)) }
        case .starting, .ending, .reset, .ended: break
        }
    }

    /// An answer comes on this connection.
    func answersCome(on connection: HTTPConnection) {
        if self.carrier === connection { self.answersOnCarrier = true }
    }

    func watchCarrier(_ connection: HTTPConnection) {
        self.carrier = connection
        guard self.answersOnCarrier else { return }
        connection.onClose = { [weak self] in
            guard let self, self.invocation?.answer == nil else { return }
            self.attachedRuntimeLeft()
        }
    }
}

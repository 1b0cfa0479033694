import Billing

/// Numbers that stand for words in rows of the ledger. They never change their meaning.
extension InvocationRecord.Source {
    var code: Int64 {
        switch self {
        case .invoke: 1
        case .asynchronous: 2
        case .gateway: 3
        case .functionURL: 4
        case .queue: 5
        }
    }

    init?(code: Int64) {
        switch code {
        case 1: self = .invoke
        case 2: self = .asynchronous
        case 3: self = .gateway
        case 4: self = .functionURL
        case 5: self = .queue
        default: return nil
        }
    }
}

extension InvocationRecord.Outcome.Kind {
    var code: Int64 {
        switch self {
        case .success: 0
        case .error: 1
        case .timeout: 2
        }
    }

    init?(code: Int64) {
        switch code {
        case 0: self = .success
        case 1: self = .error
        case 2: self = .timeout
        default: return nil
        }
    }
}

import Billing
import SQS

extension QueueUsage.Tally {
    /// What of it is paid for.
    var billed: QueueRequests {
        QueueRequests(standardUnits: self.standardUnits, fifoUnits: self.fifoUnits, fairRequests: self.fairRequests)
    }
}

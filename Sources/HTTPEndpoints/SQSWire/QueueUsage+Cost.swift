import Billing
import SQS

extension QueueUsage.Tally {
    /// What of it is paid for.
    var billed: QueueRequests {
        QueueRequests(standardUnits: self.standardUnits, fifoUnits: self.fifoUnits, fairRequests: self.fairRequests)
    }

    /// At the first tier, before the month's free requests.
    func cost(_ prices: PriceTable) -> Money { self.billed.cost(prices) }
}

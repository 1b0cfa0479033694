import Billing
import SQS

extension QueueUsage.Tally {
    /// At the first tier, before the month's free requests.
    func cost(_ prices: PriceTable) -> Money { self.billed.cost(prices) }
}

package import CoreTypes

extension UsagePlan.Quota.Period {
    /// When the period that holds a time began, in UTC. Weeks begin on Sunday: the service's older reference numbered the days
    /// of a week from there ("offset").
    package func start(of time: Timestamp) -> Timestamp {
        let civil = time.civil
        let day = Self.day(of: time)
        return switch self {
        case .day: Timestamp(seconds: day * 86_400)
        case .week: Timestamp(seconds: (day - Int64(civil.weekday)) * 86_400)
        case .month: Timestamp(seconds: (day - Int64(civil.day - 1)) * 86_400)
        }
    }

    /// Days since 1970-01-01.
    static func day(of time: Timestamp) -> Int64 {
        let seconds = time.seconds
        return seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    }
}

import LambdaCore
import Testing

/// Numbers after the Lambda developer guide, "Understanding Lambda function scaling".
struct ConcurrencyAdmissionTests {
    @Test func anAccountLimitHoldsForAllFunctionsTogether() throws {
        var admission = ConcurrencyAdmission(accountLimit: 2)
        let first = try admission.admit(function: "a").get()
        _ = try admission.admit(function: "b").get()
        #expect(admission.admit(function: "c") == .failure(Throttled(reason: .concurrentInvocations)))
        admission.release(first)
        #expect(admission.admit(function: "c") == .success(.unreserved))
        #expect(admission.inFlight == 2)
    }

    @Test func aReservationIsACapWithAReasonOfItsOwn() throws {
        var admission = ConcurrencyAdmission(accountLimit: 1000)
        admission.reserve(1, for: "a")
        let ticket = try admission.admit(function: "a").get()
        #expect(ticket == .reserved("a"))
        #expect(admission.admit(function: "a") == .failure(Throttled(reason: .reservedConcurrency)))
        admission.release(ticket)
        #expect(admission.admit(function: "a") == .success(.reserved("a")))
    }

    @Test func aReservationIsTakenFromTheOthers() throws {
        var admission = ConcurrencyAdmission(accountLimit: 3)
        admission.reserve(2, for: "a")
        _ = try admission.admit(function: "b").get()
        #expect(admission.admit(function: "b") == .failure(Throttled(reason: .concurrentInvocations)))
        _ = try admission.admit(function: "a").get()
        _ = try admission.admit(function: "a").get()
        #expect(admission.inFlight == 3)
    }

    @Test func aReservationOfZeroStopsTheFunctionAndNoOther() {
        var admission = ConcurrencyAdmission(accountLimit: 2)
        admission.reserve(0, for: "a")
        #expect(admission.admit(function: "a") == .failure(Throttled(reason: .reservedConcurrency)))
        #expect(admission.admit(function: "b") == .success(.unreserved))
    }

    @Test func ticketsOutliveAChangeOfTheReservation() throws {
        var admission = ConcurrencyAdmission(accountLimit: 10)
        admission.reserve(1, for: "a")
        let reserved = try admission.admit(function: "a").get()
        admission.reserve(nil, for: "a")
        let unreserved = try admission.admit(function: "a").get()
        #expect(unreserved == .unreserved)
        admission.reserve(1, for: "a")
        #expect(admission.admit(function: "a") == .failure(Throttled(reason: .reservedConcurrency)))
        admission.release(reserved)
        admission.release(unreserved)
        #expect(admission.inFlight == 0)
        #expect(admission.admit(function: "a") == .success(.reserved("a")))
    }

    /// Against a list of tickets that is counted anew at each step.
    @Test(arguments: [1, 2, 3, 20_261_121] as [UInt64])
    func itCountsAsAListOfTicketsDoes(seed: UInt64) {
        var generator = SeededNumbers(seed: seed)
        var admission = ConcurrencyAdmission(accountLimit: 6)
        var reservations: [String: Int] = [:]
        var tickets: [ConcurrencyAdmission.Ticket] = []
        for step in 0..<2_000 {
            let function = ["a", "b", "c"].randomElement(using: &generator)!
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                let count = [nil, 0, 1, 2].randomElement(using: &generator)!
                reservations[function] = count
                admission.reserve(count, for: function)
            case 1, 2:
                let expected: Result<ConcurrencyAdmission.Ticket, Throttled>
                if let reserved = reservations[function] {
                    let used = tickets.count { $0 == .reserved(function) }
                    expected = used < reserved ? .success(.reserved(function)) : .failure(Throttled(reason: .reservedConcurrency))
                } else {
                    let left = 6 - reservations.values.reduce(0, +)
                    let used = tickets.count { $0 == .unreserved }
                    expected = used < left ? .success(.unreserved) : .failure(Throttled(reason: .concurrentInvocations))
                }
                let result = admission.admit(function: function)
                #expect(result == expected, "seed \(seed), step \(step)")
                if case .success(let ticket) = result { tickets.append(ticket) }
            default:
                guard let index = tickets.indices.randomElement(using: &generator) else { continue }
                admission.release(tickets.remove(at: index))
            }
            #expect(admission.inFlight == tickets.count, "seed \(seed), step \(step)")
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same run on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

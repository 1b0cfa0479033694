import CoreTypes
import LambdaCore
import Testing

struct EnvironmentPoolTests {
    private typealias Pool = EnvironmentPool

    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_800_000_000 + seconds) }

    private static func start(_ pool: inout Pool, _ version: FunctionVersionID) throws -> Int {
        guard case .start(let id, evicted: nil) = pool.place(version) else { throw NotStarted() }
        return id
    }

    private struct NotStarted: Error {}

    @Test func theOneUsedLastIsUsedFirst() throws {
        var pool = Pool(limit: 3, idleTimeout: .seconds(60))
        let (first, second) = (try Self.start(&pool, "v"), try Self.start(&pool, "v"))
        #expect(pool.becameIdle(second, at: Self.time(1)) == true)
        #expect(pool.becameIdle(first, at: Self.time(2)) == true)
        #expect(pool.place("v") == .reuse(first))
        #expect(pool.place("v") == .reuse(second))
    }

    @Test func oneThatMustStartAgainIsUsedLast() throws {
        var pool = Pool(limit: 3, idleTimeout: .seconds(60))
        let (first, second) = (try Self.start(&pool, "v"), try Self.start(&pool, "v"))
        #expect(pool.becameIdle(first, at: Self.time(1)) == true)
        #expect(pool.becameIdle(second, at: Self.time(2), isFresh: false) == true)
        #expect(pool.place("v") == .reuse(first))
        #expect(pool.place("v") == .reuse(second))
    }

    @Test func anEnvironmentServesItsVersionOnly() throws {
        var pool = Pool(limit: 3, idleTimeout: .seconds(60))
        let first = try Self.start(&pool, "v")
        #expect(pool.becameIdle(first, at: Self.time(1)) == true)
        #expect(try Self.start(&pool, "w") != first)
    }

    @Test func atTheLimitTheOneIdleForLongestMakesRoom() throws {
        var pool = Pool(limit: 2, idleTimeout: .seconds(60))
        let (first, second) = (try Self.start(&pool, "v"), try Self.start(&pool, "w"))
        #expect(pool.becameIdle(second, at: Self.time(1)) == true)
        #expect(pool.becameIdle(first, at: Self.time(2)) == true)
        guard case .start(_, evicted: second) = pool.place("x") else {
            Issue.record("the second was idle for longer")
            return
        }
        #expect(pool.count == 2)
        #expect(pool.place("w") != .reuse(second))
    }

    @Test func withAllAtWorkOneWaits() throws {
        var pool = Pool(limit: 1, idleTimeout: .seconds(60))
        #expect(pool.hasRoom)
        let only = try Self.start(&pool, "v")
        #expect(!pool.hasRoom)
        #expect(pool.place("v") == .wait)
        #expect(pool.place("w") == .wait)
        #expect(pool.becameIdle(only, at: Self.time(1)) == true)
        #expect(pool.hasRoom)
    }

    @Test func retirementEndsTheIdleAtOnceAndTheBusyWhenTheyAreDone() throws {
        var pool = Pool(limit: 3, idleTimeout: .seconds(60))
        let (idle, busy, other) = (try Self.start(&pool, "v"), try Self.start(&pool, "v"), try Self.start(&pool, "w"))
        #expect(pool.becameIdle(idle, at: Self.time(1)) == true)
        #expect(pool.becameIdle(other, at: Self.time(1)) == true)
        #expect(pool.retire { $0 == "v" } == [idle])
        #expect(pool.becameIdle(busy, at: Self.time(2)) == false)
        #expect(pool.place("w") == .reuse(other))
        #expect(pool.count == 1)
    }

    @Test func idlenessEndsAtTheTimeoutToTheNanosecond() throws {
        var pool = Pool(limit: 3, idleTimeout: .seconds(60))
        let (first, second) = (try Self.start(&pool, "v"), try Self.start(&pool, "v"))
        #expect(pool.becameIdle(first, at: Self.time(0)) == true)
        #expect(pool.becameIdle(second, at: Self.time(10)) == true)
        let early = pool.expire(at: Timestamp(nanoseconds: Self.time(60).nanoseconds - 1))
        #expect(early.ended.isEmpty)
        #expect(early.next == Self.time(60))
        let due = pool.expire(at: Self.time(60))
        #expect(due.ended == [first])
        #expect(due.next == Self.time(70))
        let last = pool.expire(at: Self.time(70))
        #expect(last.ended == [second])
        #expect(last.next == nil)
        #expect(pool.count == 0)
    }

    @Test func aForgottenEnvironmentIsNeverHandedOut() throws {
        var pool = Pool(limit: 1, idleTimeout: .seconds(60))
        let first = try Self.start(&pool, "v")
        #expect(pool.becameIdle(first, at: Self.time(1)) == true)
        pool.remove(first)
        pool.remove(first)
        #expect(pool.becameIdle(first, at: Self.time(2)) == false)
        #expect(try Self.start(&pool, "v") != first)
    }

    // MARK: Model

    /// All environments in one list, searched from end to end.
    private struct Model {
        struct Environment {
            let id: Int
            let version: FunctionVersionID
            /// `nil`: at work. Larger means later; one that must start again ranks below all.
            var rank: Int?
            var idleSince: Timestamp?
            var isRetired = false
        }
        let limit: Int
        var environments: [Environment] = []
        var lastRank = 0

        func index(_ id: Int) -> Int? { self.environments.firstIndex { $0.id == id } }
        func idle(_ version: FunctionVersionID) -> Environment? {
            self.environments.filter { $0.version == version && $0.rank != nil }.max { $0.rank! < $1.rank! }
        }
        var longestIdle: Environment? {
            self.environments.filter { $0.idleSince != nil }.min { ($0.idleSince!, $0.id) < ($1.idleSince!, $1.id) }
        }
        var busy: [Int] { self.environments.filter { $0.rank == nil }.map(\.id) }
    }

    @Test(arguments: [1, 2, 3, 4, 20_261_121] as [UInt64])
    func itDoesAsASearchedListDoes(seed: UInt64) {
        var generator = SeededNumbers(seed: seed)
        var pool = Pool(limit: 4, idleTimeout: .seconds(30))
        var model = Model(limit: 4)
        for step in 0..<3_000 {
            let now = Self.time(Int64(step))
            let version = (["u", "v", "w"] as [FunctionVersionID]).randomElement(using: &generator)!
            let note: Comment = "seed \(seed), step \(step)"
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<8:
                let placement = pool.place(version)
                if let idle = model.idle(version) {
                    #expect(placement == .reuse(idle.id), note)
                    let index = model.index(idle.id)!
                    model.environments[index].rank = nil
                    model.environments[index].idleSince = nil
                } else if model.environments.count < 4 || model.longestIdle != nil {
                    let evicted = model.environments.count < 4 ? nil : model.longestIdle?.id
                    guard case .start(let id, evicted) = placement, model.index(id) == nil else {
                        Issue.record(note)
                        return
                    }
                    model.environments.removeAll { $0.id == evicted }
                    model.environments.append(.init(id: id, version: version))
                } else {
                    #expect(placement == .wait, note)
                }
            case 8..<16:
                guard let id = model.busy.randomElement(using: &generator) else { continue }
                let isFresh = Bool.random(using: &generator)
                let index = model.index(id)!
                #expect(pool.becameIdle(id, at: now, isFresh: isFresh) == !model.environments[index].isRetired, note)
                if model.environments[index].isRetired {
                    model.environments.remove(at: index)
                } else {
                    model.lastRank += 1
                    model.environments[index].rank = isFresh ? model.lastRank : -model.lastRank
                    model.environments[index].idleSince = now
                }
            case 16:
                guard let id = model.environments.randomElement(using: &generator)?.id else { continue }
                pool.remove(id)
                model.environments.removeAll { $0.id == id }
            case 17:
                let ended = model.environments.filter { $0.version == version && $0.rank != nil }.map(\.id).sorted()
                #expect(pool.retire { $0 == version } == ended, note)
                model.environments.removeAll { ended.contains($0.id) }
                for index in model.environments.indices where model.environments[index].version == version {
                    model.environments[index].isRetired = true
                }
            default:
                let expired = model.environments.filter { $0.idleSince.map { now - $0 >= .seconds(30) } ?? false }.map(\.id)
                    .sorted()
                model.environments.removeAll { expired.contains($0.id) }
                let (ended, next) = pool.expire(at: now)
                #expect(ended == expired, note)
                #expect(next == model.environments.compactMap(\.idleSince).min().map { $0 + .seconds(30) }, note)
            }
            #expect(pool.count == model.environments.count, note)
        }
    }
}

/// One letter, one version.
extension FunctionVersionID: ExpressibleByStringLiteral {
    public init(stringLiteral name: String) {
        self.init(name: name, version: FunctionVersion.latest, generation: UInt64(name.utf8.first!))
    }
}

import CoreTypes
import Foundation
import SQS
import Storage
import Synchronization
import Testing

struct QueueJournalTests {
    private func message(_ serial: UInt64, _ body: String = "x") -> Change {
        .messageAdded(
            StoredMessage(
                serial: MessageSerial(serial), queue: QueueID(1), messageID: RequestID(random: serial, serial),
                body: Array(body.utf8),
                bodyMD5: MD5.digest(of: Array(body.utf8)), sentAt: Timestamp(milliseconds: 5),
                visibleAt: Timestamp(milliseconds: 6),
                details: MessageDetails(senderID: "me")))
    }

    private func append(_ changes: [Change], to journal: QueueJournal) -> StorageError? {
        let answered = DispatchSemaphore(value: 0)
        let result = Mutex<StorageError?>(nil)
        journal.append(changes) { failure in
            result.withLock { $0 = failure }
            answered.signal()
        }
        answered.wait()
        return result.withLock { $0 }
    }

    @Test func changesThatWaitAreCommittedInTheirOrder() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let journal = try QueueJournal(path: path, durability: .process)
        let order = Mutex<[UInt64]>([])
        // Before the thread runs: all of them wait, and go into one commit.
        for serial in 1...500 as ClosedRange<UInt64> {
            journal.append([self.message(serial)]) { _ in order.withLock { $0.append(serial) } }
        }
        journal.append((1...499).map { .messageDeleted(MessageSerial($0)) }) { _ in order.withLock { $0.append(501) } }
        journal.start()
        journal.close()
        #expect(order.withLock { $0 } == Array(1...501))
        #expect(try JournalProperties.stored(path).messages.map(\.serial) == [MessageSerial(500)])
    }

    @Test func aSecondOpenerIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let first = try QueueJournal(path: path, durability: .process)
        first.start()
        #expect(self.append([self.message(1)], to: first) == nil)
        #expect { try QueueJournal(path: path, durability: .process) } throws: { ($0 as? StorageError)?.code == .inUse }
        first.close()
        #expect(try JournalProperties.stored(path).messages.count == 1)
    }

    @Test func afterAFailedCommitAllOthersFail() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let journal = try QueueJournal(path: path, durability: .process)
        journal.start()
        #expect(self.append([self.message(1)], to: journal) == nil)
        // The same serial twice breaks the table's rule: none of the group is kept.
        let failure = self.append([self.message(2), self.message(1)], to: journal)
        #expect(failure?.description.hasPrefix("\(path) can't be written") == true)
        #expect(self.append([self.message(3)], to: journal) == failure)
        journal.close()
        #expect(try JournalProperties.stored(path).messages.map(\.serial) == [MessageSerial(1)])
    }

    /// At once where the journal has nothing to do; else as all others.
    private func commit(_ changes: [Change], to journal: QueueJournal, atOnce: inout Int) -> StorageError? {
        switch journal.commitNow(changes) {
        case .success?:
            atOnce += 1
            return nil
        case .failure(let failure)?: return failure
        case nil: return self.append(changes, to: journal)
        }
    }

    /// The journal's thread falls asleep some time after a commit, so that both ways are taken.
    @Test func lonelyChangesAreCommittedAtOnceAndInTheirOrder() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let journal = try QueueJournal(path: path, durability: .process)
        journal.start()
        var atOnce = 0
        for serial in 1...2_000 as ClosedRange<UInt64> {
            #expect(self.commit([self.message(serial)], to: journal, atOnce: &atOnce) == nil)
            if serial % 3 == 0 {
                // One that nobody waits for goes in between.
                journal.append([.messageDeleted(MessageSerial(serial))]) { _ in }
            }
        }
        journal.close()
        #expect(atOnce > 0)
        #expect(try JournalProperties.stored(path).messages.map(\.serial.value).sorted() == (1...2_000).filter { $0 % 3 != 0 })
    }

    @Test func theLogIsWrittenBackWhoeverCommits() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let journal = try QueueJournal(path: path, durability: .process)
        journal.start()
        let body = String(repeating: "x", count: 15_000)
        var atOnce = 0
        // 90 MB of messages: more than twice what the log may hold (8,192 pages of 4 KB).
        for serial in 1...6_000 as ClosedRange<UInt64> {
            #expect(self.commit([self.message(serial, body)], to: journal, atOnce: &atOnce) == nil)
        }
        #expect(atOnce > 0)
        let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        // With its header and a commit or two beyond the bound.
        #expect(try #require(log) < 8_300 * 4_130)
        journal.close()
        #expect(try JournalProperties.stored(path).messages.count == 6_000)
    }

    @Test func whatTakesLongIsNotDoneAtOnce() throws {
        let folder = try TemporaryFolder()
        let journal = try QueueJournal(path: folder.path("queues.sqlite"), durability: .process)
        journal.start()
        var atOnce = 0
        while atOnce == 0 { #expect(self.commit([.serialsReserved(upTo: 9)], to: journal, atOnce: &atOnce) == nil) }
        // It is awake for nobody now: only what is asked decides.
        let large = self.message(1, String(repeating: "x", count: 20_000))
        for changes in [[large], [.queuePurged(QueueID(1), at: Timestamp(milliseconds: 5))], (1...5).map { self.message($0) }] {
            #expect(journal.commitNow(changes).map { _ in } == nil)
        }
        journal.close()
        let careful = try QueueJournal(path: folder.path("power.sqlite"), durability: .power)
        careful.start()
        #expect(self.append([self.message(1)], to: careful) == nil)
        #expect(careful.commitNow([self.message(2)]).map { _ in } == nil)
        careful.close()
    }

    @Test func afterAFailureAtOnceAllOthersFail() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let journal = try QueueJournal(path: path, durability: .process)
        journal.start()
        #expect(self.append([self.message(1)], to: journal) == nil)
        var atOnce = 0
        let failure = self.commit([self.message(2), self.message(1)], to: journal, atOnce: &atOnce)
        #expect(failure?.description.hasPrefix("\(path) can't be written") == true)
        #expect(journal.commitNow([self.message(3)]).map { _ in } == nil)
        #expect(self.append([self.message(3)], to: journal) == failure)
        journal.close()
        #expect(try JournalProperties.stored(path).messages.map(\.serial) == [MessageSerial(1)])
    }

    @Test func aDraftOfAnEndedProcessIsMadeAnew() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        // No system has so many processes.
        let draft = "\(path).\(Int32.max).new"
        try Data("half a file".utf8).write(to: URL(fileURLWithPath: draft))
        let journal = try QueueJournal(path: path, durability: .power)
        journal.start()
        #expect(self.append([self.message(1)], to: journal) == nil)
        journal.close()
        #expect(!FileManager.default.fileExists(atPath: draft))
    }

    /// Every file cut short or with one page overwritten either opens with what it held or is refused as damaged, and is left.
    @Test func damageIsRefusedOrHarmless() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("queues.sqlite")
        let journal = try QueueJournal(path: path, durability: .process)
        journal.start()
        #expect(self.append((1...200).map { self.message($0, String(repeating: "주", count: 300)) }, to: journal) == nil)
        journal.close()
        let content = try Data(contentsOf: URL(fileURLWithPath: path))
        let copy = folder.path("copy.sqlite")
        func check(_ damaged: Data, _ what: String) throws {
            for suffix in ["", "-wal", "-journal"] {
                // Left by the one before; absent as a rule.
                try? FileManager.default.removeItem(atPath: copy + suffix)
            }
            try damaged.write(to: URL(fileURLWithPath: copy))
            do {
                let journal = try QueueJournal(path: copy, durability: .process)
                let count = try journal.replay {
                    $0.reduce(0) { count, change in if case .messageAdded = change { count + 1 } else { count } }
                }
                #expect(count == 200, "\(what)")
                journal.start()
                journal.close()
            } catch let error as StorageError {
                #expect(error.code == .damaged, "\(what): \(error)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == damaged, "\(what)")
            }
        }
        for length in stride(from: 0, to: content.count, by: 4_096 * 7 + 100) {
            try check(content.prefix(length), "cut at \(length)")
        }
        for page in stride(from: 1, to: content.count / 4_096, by: 5) {
            var damaged = content
            damaged.replaceSubrange((page * 4_096)..<(page * 4_096 + 64), with: Data(repeating: 0xA5, count: 64))
            try check(damaged, "page \(page)")
        }
    }
}

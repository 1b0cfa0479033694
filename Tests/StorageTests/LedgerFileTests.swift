import Billing
import CoreTypes
import Foundation
import GRDB
import Storage
import Testing

@Suite("Ledger: its file")
struct LedgerFileTests {
    private static func make(_ path: String, invocations: UInt64 = 500) throws {
        let bench = try LedgerBench(path)
        bench.append((0..<invocations).map { .sample($0, seconds: Double($0)) })
        bench.ledger.close()
    }

    @Test("a newer ledger, one of another program and a file that is none are refused and left")
    func refusals() throws {
        let folder = try TemporaryFolder()
        func check(_ name: String, _ code: StorageError.Code, _ words: String) throws {
            let path = folder.path(name)
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            for open in [{ _ = try LedgerBench(path) }, { _ = try LedgerReader(path: path) }] as [() throws -> Void] {
                let error = #expect(throws: StorageError.self) { try open() }
                #expect(error?.code == code && error?.description.contains(words) == true, "\(name): \(error?.description ?? "")")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
        try Self.make(folder.path("newer"))
        let newer = try DatabaseQueue(path: folder.path("newer"))
        try newer.inDatabase { try $0.execute(sql: "PRAGMA user_version = 99") }
        try newer.close()
        try check("newer", .newer, "newer version of martlet (format 99; this one knows up to 1)")
        let other = try DatabaseQueue(path: folder.path("other"))
        try other.inDatabase { try $0.execute(sql: "CREATE TABLE t (a)") }
        try other.close()
        try check("other", .damaged, "it is a SQLite database of another program")
        try Data("no database".utf8).write(to: URL(fileURLWithPath: folder.path("text")))
        try check("text", .damaged, "it is no SQLite database")
        #expect { try LedgerReader(path: folder.path("none")) } throws: { ($0 as? StorageError)?.code == .absent }
    }

    /// Every file cut short or with one page overwritten opens with what it held, or is refused as damaged and left.
    @Test("damage is refused or harmless")
    func damage() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        try Self.make(path)
        let content = try Data(contentsOf: URL(fileURLWithPath: path))
        let copy = folder.path("copy.sqlite")
        func check(_ damaged: Data, _ what: String) throws {
            for suffix in ["", "-wal", "-shm"] {
                // Left by the one before; absent as a rule.
                try? FileManager.default.removeItem(atPath: copy + suffix)
            }
            try damaged.write(to: URL(fileURLWithPath: copy))
            do {
                let count = try LedgerReader(path: copy).invocations(LedgerQuery(limit: 1_000)).count
                #expect(count == 500, "\(what)")
            } catch let error as StorageError {
                #expect(error.code == .damaged, "\(what): \(error)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == damaged, "\(what)")
            }
        }
        for length in stride(from: 0, to: content.count, by: 4_096 * 3 + 100) {
            try check(content.prefix(length), "cut at \(length)")
        }
        for page in stride(from: 1, to: content.count / 4_096, by: 3) {
            var damaged = content
            damaged.replaceSubrange((page * 4_096)..<(page * 4_096 + 64), with: Data(repeating: 0xA5, count: 64))
            try check(damaged, "page \(page)")
        }
    }

    @Test("two processes that begin a ledger at once share it")
    func race() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        // A draft of a process that ended: no system has so many.
        try Data("half".utf8).write(to: URL(fileURLWithPath: "\(path).\(Int32.max).new"))
        let first = try LedgerBench(path)
        let second = try LedgerBench(path)
        first.append([.sample(1)])
        second.append([.sample(2)])
        first.ledger.close()
        second.ledger.close()
        #expect(try LedgerReader(path: path).invocations(LedgerQuery()).count == 2)
        #expect(!FileManager.default.fileExists(atPath: "\(path).\(Int32.max).new"))
    }

    @Test("a host that is killed leaves what it had committed")
    func withoutClose() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("ledger.sqlite")
        let bench = try LedgerBench(path)
        bench.append((0..<100).map { .sample($0) })
        bench.ledger.flush()
        // As the disk has it at this moment, the WAL with it.
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.path("copy") + suffix)
        }
        let copy = try LedgerBench(folder.path("copy"))
        copy.ledger.flush()
        #expect(try copy.ledger.makeReader().invocations(LedgerQuery(limit: 1_000)).count == 100)
        copy.ledger.close()
        bench.ledger.close()
    }
}

import Foundation
import GRDB

/// A SQLite file of ours: made whole or not at all, known by its mark, refused untouched when it isn't what it should be.
struct DatabaseFile {
    let path: String
    /// In the header's field for it (SQLite file format, "Application ID").
    let applicationID: UInt32
    /// Of the tables: rises with every change that an older version could not read.
    let formatVersion: UInt32
    let tables: String
    /// What a user can do where the file is of no use, a sentence.
    let remedy: String
    /// What a user can do where another process has it.
    let remedyWhenInUse: String

    /// Makes the file where there is none, otherwise looks at its first 100 bytes (SQLite file format, "The Database Header")
    /// without SQLite, which would begin by repairing.
    func prepare() throws(StorageError) {
        if FileManager.default.fileExists(atPath: self.path) { try self.checkHeader() } else { try self.make() }
    }

    func checkHeader() throws(StorageError) {
        let header: [UInt8]
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: self.path))
            header = [UInt8](try file.read(upToCount: 100) ?? Data())
            try file.close()
        } catch {
            throw StorageError(.inputOutput, "can't read \(self.path): \(error.localizedDescription)")
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw self.damaged("it is no SQLite database")
        }
        func number(_ offset: Int) -> UInt32 { header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        guard number(68) == self.applicationID else { throw self.damaged("it is a SQLite database of another program") }
        let version = number(60)
        guard version <= self.formatVersion else {
            throw StorageError(
                .newer,
                "\(self.path) was written by a newer version of martlet (format \(version); this one knows up to \(self.formatVersion)). "
                    + "It is left as it is. Use that version, or choose another folder with --state-dir."
            )
        }
    }

    /// What SQLite finds wrong in the file; `nil` when all is well. Reads all of it.
    static func fault(_ queue: DatabaseQueue) -> String? {
        do {
            return try queue.read { database in
                let result = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
                // The first line names the database, which has one name here.
                return result == "ok" ? nil : result.split(separator: "\n").last.map(String.init)
            }
        } catch {
            return "\(error)"
        }
    }

    /// Under another name first: a file of the right name is complete, whenever the process ended.
    private func make() throws(StorageError) {
        // Of this process: another one may be making the same file.
        let draft = "\(self.path).\(ProcessInfo.processInfo.processIdentifier).new"
        do {
            try self.removeDrafts()
            let queue = try DatabaseQueue(path: draft)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                try self.lay(database)
            }
            try queue.close()
            // Not where another process was faster: a link, unlike a move, replaces nothing.
            let linked = link(draft, self.path)
            guard linked == 0 || errno == EEXIST else {
                throw StorageError(.inputOutput, "can't make \(self.path): \(String(cString: strerror(errno)))")
            }
            try FileManager.default.removeItem(atPath: draft)
        } catch {
            throw self.explain(error)
        }
    }

    /// What processes left behind that ended in the middle, or that had this process's number before.
    private func removeDrafts() throws {
        let (folder, name) = self.place
        for entry in try FileManager.default.contentsOfDirectory(atPath: folder) where entry.hasPrefix(name + ".") {
            let rest = entry.dropFirst(name.count + 1)
            guard rest.hasSuffix(".new") || rest.hasSuffix(".new-journal") else { continue }
            let process = rest.split(separator: ".").first.flatMap { Int32($0) }
            guard let process, process == getpid() || kill(process, 0) != 0 else { continue }
            try FileManager.default.removeItem(atPath: "\(folder)/\(entry)")
        }
    }

    private var place: (folder: String, name: String) {
        let url = URL(fileURLWithPath: self.path)
        return (url.deletingLastPathComponent().path, url.lastPathComponent)
    }

    /// Writes the mark and the tables into an empty database.
    func lay(_ database: Database) throws {
        try database.execute(sql: "PRAGMA application_id = \(self.applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(self.formatVersion)")
        try database.execute(sql: self.tables)
    }

    func damaged(_ why: String) -> StorageError {
        StorageError(.damaged, "\(self.path) can't be used: \(why). It is left as it is. \(self.remedy)")
    }

    func explain(_ error: any Error) -> StorageError {
        if let error = error as? StorageError { return error }
        guard let error = error as? DatabaseError else {
            return StorageError(.inputOutput, "can't open \(self.path): \(error.localizedDescription)")
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StorageError(.inUse, "another host has \(self.path) open. \(self.remedyWhenInUse)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return self.damaged("\(error)")
        default: return StorageError(.inputOutput, "can't open \(self.path): \(error)")
        }
    }
}

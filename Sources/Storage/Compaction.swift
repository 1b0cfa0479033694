import GRDB

/// Gives the pages of deleted rows back to the system once they are more than the pages in use, a bounded piece at a time.
///
/// SQLite uses free pages for the next rows before it lets the file grow, so that a queue which fills and empties needs no
/// compaction; only what a burst has left behind does.
final class Compaction {
    private let freePages, pages, vacuum: PreparedStatement
    private var commitsSinceLook = 0

    /// Pages moved in one step: some milliseconds, after which waiting commits have their turn.
    private static let stepPages = 256
    /// A file below this is not worth the work: 8 MB.
    private static let smallestPages: Int64 = 2_048
    private static let commitsBetweenLooks = 1_000

    init(_ database: Database) throws(StorageError) {
        self.freePages = try PreparedStatement(database, "PRAGMA freelist_count")
        self.pages = try PreparedStatement(database, "PRAGMA page_count")
        self.vacuum = try PreparedStatement(database, "PRAGMA incremental_vacuum(\(Self.stepPages))")
    }

    func committed() { self.commitsSinceLook += 1 }

    /// Whether it is time to look.
    var isDue: Bool { self.commitsSinceLook >= Self.commitsBetweenLooks }

    /// Does a piece of the work if there is any; `false` when there is none.
    func step() -> Bool {
        guard self.isDue else { return false }
        do throws(StorageError) {
            let free = try self.freePages.onlyInteger() ?? 0
            let all = try self.pages.onlyInteger() ?? 0
            guard all > Self.smallestPages, free > all / 2 else {
                self.commitsSinceLook = 0
                return false
            }
            while try self.vacuum.next() {}
            return true
        } catch {
            // Room on the disk is all that is lost; a commit that meets the same fault will tell of it.
            self.commitsSinceLook = 0
            return false
        }
    }
}

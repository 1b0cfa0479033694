import LambdaCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Unpacks an archive into an empty folder. Folders and files come first and symbolic links last, so that nothing is ever written
/// through a link; links may point only to what lies in the folder.
struct ZipUnpacking {
    let archive: ZipArchive
    let folder: String
    /// Bytes of all files together.
    let limit: Int

    /// A link's target is a path.
    private static let targetBytes = 4_095

    func run() throws {
        let entries = try self.wanted()
        var made: Set<String> = []
        for entry in entries where entry.kind == .folder { try self.makeFolder(entry.path, &made) }
        for entry in entries where entry.kind == .file {
            if let parent = Self.parent(of: entry.path) { try self.makeFolder(parent, &made) }
            try self.unpack(entry)
        }
        for entry in entries where entry.kind == .symbolicLink {
            if let parent = Self.parent(of: entry.path) { try self.makeFolder(parent, &made) }
            try self.link(entry)
        }
    }

    /// Of several entries with one path the last counts. The announced sizes are summed up before anything is written; reading
    /// holds each entry to its own.
    private func wanted() throws -> [ZipArchive.Entry] {
        var places: [String: Int] = [:]
        var entries: [ZipArchive.Entry] = []
        for entry in self.archive.entries {
            if let place = places[entry.path] {
                entries[place] = entry
            } else {
                places[entry.path] = entries.count
                entries.append(entry)
            }
        }
        var total = 0
        for entry in entries where entry.kind != .folder {
            let (sum, overflows) = total.addingReportingOverflow(entry.size)
            guard !overflows, sum <= self.limit else { throw CodeStoreError.unzippedTooLarge }
            total = sum
        }
        return entries
    }

    private static func parent(of path: String) -> String? {
        path.lastIndex(of: "/").map { String(path[..<$0]) }
    }

    private func makeFolder(_ path: String, _ made: inout Set<String>) throws {
        guard !made.contains(path) else { return }
        if let parent = Self.parent(of: path) { try self.makeFolder(parent, &made) }
        if mkdir("\(self.folder)/\(path)", 0o755) != 0 {
            let number = errno
            guard number == EEXIST, FileTree.isFolder("\(self.folder)/\(path)") else {
                throw number == EEXIST || number == ENOTDIR
                    ? ZipArchive.Fault.damaged("\(path) is both a file and a folder") : FileFault("make the folder \(path)")
            }
        }
        made.insert(path)
    }

    private func unpack(_ entry: ZipArchive.Entry) throws {
        let descriptor = open(
            "\(self.folder)/\(entry.path)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(entry.permissions))
        guard descriptor >= 0 else {
            throw errno == EEXIST || errno == EISDIR
                ? ZipArchive.Fault.damaged("\(entry.path) is both a file and a folder") : FileFault("write \(entry.path)")
        }
        defer { close(descriptor) }
        try self.archive.read(entry) { piece in
            var done = 0
            while done < piece.count {
                let result = write(descriptor, piece.baseAddress! + done, piece.count - done)
                if result < 0, errno == EINTR { continue }
                guard result >= 0 else { throw FileFault("write \(entry.path)") }
                done += result
            }
        }
        // The mode given to open is cut by the process's mask.
        guard fchmod(descriptor, mode_t(entry.permissions)) == 0 else { throw FileFault("set the mode of \(entry.path)") }
    }

    private func link(_ entry: ZipArchive.Entry) throws {
        guard entry.size <= Self.targetBytes else { throw ZipArchive.Fault.refused("the link \(entry.path) has no path in it") }
        var bytes: [UInt8] = []
        try self.archive.read(entry) { bytes.append(contentsOf: $0) }
        let target = String(decoding: bytes, as: UTF8.self)
        guard Self.staysInside(target, from: entry.path) else {
            throw ZipArchive.Fault.refused("the link \(entry.path) leads out of the folder, to \(target)")
        }
        guard symlink(target, "\(self.folder)/\(entry.path)") == 0 else {
            throw errno == EEXIST
                ? ZipArchive.Fault.damaged("\(entry.path) is both a link and something else") : FileFault("link \(entry.path)")
        }
    }

    /// A link stays inside when it is relative and climbs, at its beginning only, no further than its own depth. All parents of a
    /// link are real folders, so the climb is exact; and as every link keeps to this, no chain of links gets out either.
    static func staysInside(_ target: String, from path: String) -> Bool {
        guard !target.isEmpty, !target.hasPrefix("/"), !target.utf8.contains(0) else { return false }
        let parts = target.split(separator: "/").filter { $0 != "." }
        let climb = parts.prefix { $0 == ".." }.count
        return !parts.dropFirst(climb).contains("..") && climb <= path.split(separator: "/").count - 1
    }
}

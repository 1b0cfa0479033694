import CProcess
import Dispatch

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Keeps what lies in an environment's `TMPDIR`, all files together, to the function's `EphemeralStorage`.
///
/// No file system of a fixed size can be had without rights that a host seldom has, so the folder is looked at while invocations
/// run, every ``EnvironmentLimits/look``, and its processes may make no file larger from the look that finds it full until one
/// that finds room. Between two looks more may be written; a single file never grows beyond the whole budget. Between invocations
/// nobody looks. On AWS the write fails with ENOSPC, here with EFBIG: only the kernel could choose the other number.
struct TemporaryStorage {
    let folder: String
    let limitBytes: Int
    private(set) var isFull = false
    private var isLooking = false
    /// The folder's modification time when it was last seen empty: while that stands, it still is.
    private var emptySince: timespec?

    /// Longer than a tick of any file system (two seconds on FAT).
    private static let tickSeconds = 2
    private static let queue = DispatchQueue(label: "martlet.temporary-storage")

    init(folder: String, limitMB: Int) {
        self.folder = folder
        self.limitBytes = limitMB << 20
    }

    /// Whether to ``look(_:)`` now. One system call, for most functions write no file.
    mutating func needsLook() -> Bool {
        guard !self.isLooking else { return false }
        if let emptySince, let modified = Self.modified(self.folder), modified.tv_sec == emptySince.tv_sec,
            modified.tv_nsec == emptySince.tv_nsec
        {
            return false
        }
        self.isLooking = true
        return true
    }

    /// What the folder holds, told on a thread of its own.
    func look(_ tell: @escaping @Sendable (Finding) -> Void) {
        let folder = self.folder
        Self.queue.async {
            // Before the folder is read: what is made meanwhile shows in the next look.
            let modified = Self.modified(folder)
            let (bytes, entries) = Self.contents(of: folder)
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            // File systems count time in ticks: what was made within one of them after the look has the same time.
            let isSettled = modified.map { now.tv_sec - $0.tv_sec > Self.tickSeconds } ?? false
            tell(Finding(bytes: bytes, emptySince: entries == 0 && isSettled ? modified : nil))
        }
    }

    struct Finding: Sendable {
        let bytes: Int
        let emptySince: timespec?
    }

    /// Returns whether the processes must be told: always while it is full, for new ones may have come.
    mutating func found(_ finding: Finding) -> Bool {
        self.isLooking = false
        self.emptySince = finding.emptySince
        let wasFull = self.isFull
        self.isFull = finding.bytes >= self.limitBytes
        return self.isFull || wasFull
    }

    /// Lets these processes and what they start make files larger, up to the budget, or not.
    func apply(to processes: [pid_t]) {
        #if canImport(Darwin)
            // There are no limits to be set from outside: a function that is over its budget is ended, as one over its memory.
            if self.isFull { for process in processes { kill(process, SIGKILL) } }
        #else
            let bytes = self.isFull ? 0 : UInt64(self.limitBytes)
            for process in processes { martlet_limit_files(process, bytes, UInt64(self.limitBytes)) }
        #endif
    }

    private static func modified(_ path: String) -> timespec? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            return status.st_mtimespec
        #else
            return status.st_mtim
        #endif
    }

    /// Folders and files that are counted; a function with more of them than this runs out of patience, not of budget.
    private static let entriesMax = 1_000_000

    /// The blocks that everything below a folder takes, in bytes, each file once. Links aren't followed. O(entries).
    static func contents(of folder: String) -> (bytes: Int, entries: Int) {
        var folders = [folder]
        var entries = 0
        var bytes = 0
        var linked: Set<UInt64> = []
        while let path = folders.popLast(), entries < Self.entriesMax {
            // It may have been removed since it was seen.
            guard let listing = opendir(path) else { continue }
            defer { closedir(listing) }
            while entries < Self.entriesMax, let entry = readdir(listing) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                if name == "." || name == ".." { continue }
                entries += 1
                var status = stat()
                guard lstat("\(path)/\(name)", &status) == 0 else { continue }
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                if isFolder { folders.append("\(path)/\(name)") }
                if !isFolder, status.st_nlink > 1, !linked.insert(UInt64(status.st_ino)).inserted { continue }
                // Blocks of 512 bytes, whatever the file system's own are (stat(2)).
                bytes += Int(status.st_blocks) * 512
            }
        }
        return (bytes, entries)
    }
}

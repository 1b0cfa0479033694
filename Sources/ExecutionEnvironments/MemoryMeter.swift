import NIOCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The peak resident memory of an environment's processes: the runtime, its extensions and all they start.
///
/// An exact reading asks the kernel for the high-water mark of each process (`VmHWM`), some ten microseconds: too dear for an
/// invocation that takes less. So an invocation under ``exactAfter`` that follows an exact reading within ``exactEvery`` keeps
/// the former peak: in that time a process can touch a few megabytes at most, and the next exact reading finds them, as the mark
/// never falls. The first invocation of a process, which is the one that people look at, is always read. On macOS the current
/// size of the leader stands for the mark.
struct MemoryMeter {
    static let exactAfter = TimeAmount.milliseconds(4)
    static let exactEvery = TimeAmount.milliseconds(50)

    /// Bytes; never falls while the environment lives.
    private(set) var peak = 0
    /// The last exact reading at the end of an invocation.
    private var lastUpdate: NIODeadline?

    /// Called when an invocation ends.
    mutating func update(processes: [pid_t], after duration: TimeAmount, now: NIODeadline) {
        if duration < Self.exactAfter, let lastUpdate, now - lastUpdate < Self.exactEvery { return }
        self.lastUpdate = now
        self.read(processes: processes)
    }

    /// An exact reading. Returns what the processes hold now, in bytes.
    @discardableResult
    mutating func read(processes: [pid_t]) -> Int {
        var current = 0
        var highest = 0
        for process in Self.tree(of: processes) {
            let memory = Self.memory(of: process)
            current += memory.current
            highest += memory.peak
        }
        self.peak = max(self.peak, highest)
        return current
    }

    /// Takes a peak that is known from elsewhere: a cgroup, or the resources of a reaped process.
    mutating func note(peak: Int) { self.peak = max(self.peak, peak) }

    #if canImport(Darwin)
        static func tree(of processes: [pid_t]) -> [pid_t] { processes }

        private static func memory(of process: pid_t) -> (current: Int, peak: Int) {
            var usage = rusage_info_v4()
            let result = withUnsafeMutablePointer(to: &usage) {
                $0.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) { proc_pid_rusage(process, RUSAGE_INFO_V4, $0) }
            }
            guard result == 0 else { return (0, 0) }
            return (Int(usage.ri_resident_size), Int(usage.ri_lifetime_max_phys_footprint))
        }
    #else
        /// A tree of processes is followed to this many members; a fork bomb is the open-files and memory limits' to stop.
        private static let treeLimit = 256

        static func tree(of processes: [pid_t]) -> [pid_t] {
            var tree = processes
            var index = 0
            while index < tree.count, tree.count < Self.treeLimit {
                tree += Self.children(of: tree[index]).filter { !tree.contains($0) }
                index += 1
            }
            return tree
        }

        private static func children(of process: pid_t) -> [pid_t] {
            Self.withFile("/proc/\(process)/task/\(process)/children") { text in
                text.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
            } ?? []
        }

        private static func memory(of process: pid_t) -> (current: Int, peak: Int) {
            Self.withFile("/proc/\(process)/status") { text in
                (Self.kilobytes("VmRSS:", in: text) * 1024, Self.kilobytes("VmHWM:", in: text) * 1024)
            } ?? (0, 0)
        }

        /// The number behind a name at the beginning of a line.
        private static func kilobytes(_ name: StaticString, in text: UnsafeRawBufferPointer) -> Int {
            var lineStart = 0
            while lineStart < text.count {
                var lineEnd = lineStart
                while lineEnd < text.count, text[lineEnd] != UInt8(ascii: "\n") { lineEnd += 1 }
                let length = name.utf8CodeUnitCount
                if lineEnd - lineStart > length, memcmp(text.baseAddress! + lineStart, name.utf8Start, length) == 0 {
                    return text[(lineStart + length)..<lineEnd].reduce(0) { total, byte in
                        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? total * 10 + Int(byte - UInt8(ascii: "0")) : total
                    }
                }
                lineStart = lineEnd + 1
            }
            return 0
        }

        /// `nil` when the process has ended.
        private static func withFile<Result>(_ path: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
            let file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return nil }
            defer { close(file) }
            return withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { block in
                let count = Glibc.read(file, block.baseAddress!, block.count)
                guard count > 0 else { return nil }
                return body(UnsafeRawBufferPointer(rebasing: block[..<count]))
            }
        }
    #endif
}

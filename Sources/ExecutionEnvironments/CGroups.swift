#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Memory limits by the kernel, where this process may make control groups (cgroup v2 with a delegated memory controller).
///
/// Where it may not, a limit on data segments and sampling of resident memory stand in (``MemoryMeter``); docs/execution.md says
/// what differs.
package struct CGroups {
    /// A folder of the cgroup file system that holds a group for each environment.
    let folder: String

    /// Whether a host could make groups here; makes one and removes it.
    package static var isUsable: Bool {
        guard let groups = Self.available(marker: "check-\(getpid())") else { return false }
        groups.remove()
        return true
    }

    /// `nil` where there is no cgroup v2, no memory controller, or no right to make groups.
    static func available(marker: String, root: String = "/sys/fs/cgroup") -> CGroups? {
        guard let controllers = Self.read("\(root)/cgroup.controllers"), controllers.split(separator: " ").contains("memory")
        else {
            return nil
        }
        let own = Self.read("/proc/self/cgroup").flatMap { text in
            text.split(separator: "\n").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
        }
        guard let own else { return nil }
        // Groups with processes can't hand controllers down, so the new ones stand beside this process's own group.
        let parent = own == "/" ? root : root + own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        let folder = "\(parent)/martlet-\(marker)"
        guard mkdir(folder, 0o755) == 0 else { return nil }
        guard Self.write("+memory", to: "\(folder)/cgroup.subtree_control") else {
            rmdir(folder)
            return nil
        }
        return CGroups(folder: folder)
    }

    /// One environment's group.
    struct Group {
        let path: String

        /// Written to by a process before it executes, to join.
        func openProcesses() -> Int32 { open("\(self.path)/cgroup.procs", O_WRONLY | O_CLOEXEC) }

        /// The high-water mark in bytes, of all its processes together.
        var peak: Int? { CGroups.read("\(self.path)/memory.peak").flatMap { Int($0) } }

        /// Whether the kernel has killed something here for want of memory.
        var ranOutOfMemory: Bool {
            CGroups.read("\(self.path)/memory.events")?.split(separator: "\n").contains { line in
                line.hasPrefix("oom_kill ") && line != "oom_kill 0"
            } ?? false
        }

        /// Kills all that is left in it, and removes it if the kernel lets go of it at once: it doesn't while a process there is
        /// ending. What stays until then goes with the host's group.
        func remove() {
            _ = CGroups.write("1", to: "\(self.path)/cgroup.kill")
            rmdir(self.path)
        }
    }

    /// A group that is killed as a whole when it needs more than `memoryMB`, without swap, as on AWS.
    func makeGroup(name: String, memoryMB: Int) -> Group? {
        let group = Group(path: "\(self.folder)/\(name)")
        guard mkdir(group.path, 0o755) == 0 || errno == EEXIST else { return nil }
        guard Self.write(String(memoryMB * 1024 * 1024), to: "\(group.path)/memory.max"),
            Self.write("1", to: "\(group.path)/memory.oom.group")
        else {
            group.remove()
            return nil
        }
        // Absent where the kernel was built without swap: then there is nothing to forbid.
        _ = Self.write("0", to: "\(group.path)/memory.swap.max")
        return group
    }

    /// Before there is a guardian, which does it at the host's end.
    func remove() { rmdir(self.folder) }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            #if canImport(Darwin)
                Darwin.read(file, buffer.baseAddress!, buffer.count)
            #else
                Glibc.read(file, buffer.baseAddress!, buffer.count)
            #endif
        }
        guard count > 0 else { return nil }
        var text = String(decoding: bytes[..<count], as: UTF8.self)
        while text.last == "\n" { text.removeLast() }
        return text
    }

    private static func write(_ text: String, to path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return text.withCString { bytes in
            #if canImport(Darwin)
                Darwin.write(file, bytes, strlen(bytes)) == strlen(bytes)
            #else
                Glibc.write(file, bytes, strlen(bytes)) == strlen(bytes)
            #endif
        }
    }
}

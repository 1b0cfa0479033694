#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The few operations on folders that keeping code needs.
enum FileTree {
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a folder and those above it.
    static func makeFolders(_ path: String) throws {
        var end = path.startIndex
        repeat {
            end = path[end...].dropFirst().firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            guard mkdir(part, 0o755) == 0 || errno == EEXIST else { throw FileFault("make the folder \(part)") }
        } while end < path.endIndex
    }

    /// A new, empty folder of which only this process knows.
    /// - Parameter prefix: the path up to the part that makes it unique.
    static func makeTemporaryFolder(_ prefix: String) throws -> String {
        var template = Array("\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, chmod(&template, 0o755) == 0 else { throw FileFault("make a folder at \(prefix)…") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder, without `.` and `..`; none when there is no such folder.
    static func names(in path: String) throws -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw FileFault("read the folder \(path)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Deletes a folder and all in it; links are deleted, never followed. Depth is bounded by the longest path there is.
    static func remove(_ path: String) throws {
        guard Self.isFolder(path) else {
            guard unlink(path) == 0 || errno == ENOENT else { throw FileFault("delete \(path)") }
            return
        }
        for name in try Self.names(in: path) { try Self.remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw FileFault("delete \(path)") }
    }
}

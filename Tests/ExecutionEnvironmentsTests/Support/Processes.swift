import Foundation
import Testing

/// What the system tells of processes.
enum Processes {
    /// The letter of `/proc/PID/stat`: `S`, `T` and so on; `nil` when there is no such process, or only its remains.
    static func state(_ pid: Int) -> Character? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = text.lastIndex(of: ")")
        else { return nil }
        let letter = text[text.index(end, offsetBy: 2)]
        return letter == "Z" || letter == "X" ? nil : letter
    }

    /// Processes that carry a text in their environment.
    static func marked(_ marker: String) -> [Int] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap(Int.init).filter { pid in
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
            return bytes.range(of: Data(marker.utf8)) != nil && Self.state(pid) != nil
        }
    }

    /// Whether limits of another process can be changed, as on Linux.
    static var canSetLimits: Bool {
        #if os(Linux)
            true
        #else
            false
        #endif
    }

    /// Open descriptors of this process.
    static var descriptors: Int { ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count }
}

/// Looks until it is so, with a deadline that only a defect reaches.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

import CoreTypes
import Synchronization

/// Paths that templates used, compiled, so that a template on a hot route compiles each once. Bounded: when full it
/// starts anew, as only templates that make up paths as they go fill it.
final class JSONPathCache: Sendable {
    static let shared = JSONPathCache()
    static let pathsMax = 1_000

    private let paths = Mutex<[String: JSONPath?]>([:])

    /// `nil` for what is no path.
    func path(_ text: String) -> JSONPath? {
        if let known = self.paths.withLock({ $0[text] }) { return known }
        // Why a path is refused doesn't show in a template: it reads as a missing value.
        let compiled = try? JSONPath(text)
        self.paths.withLock { paths in
            if paths.count >= Self.pathsMax { paths.removeAll() }
            paths[text] = .some(compiled)
        }
        return compiled
    }
}

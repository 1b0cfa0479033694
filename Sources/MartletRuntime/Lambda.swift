#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a function may want to know of the process it runs in.
public enum Lambda {
    /// An environment variable, nil if it is not set.
    public static func env(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// `_X_AMZN_TRACE_ID`, which tracing libraries read at any time and custom runtimes set for each invocation.
///
/// `setenv` keeps every value it has ever been given (glibc never frees one), about 100 bytes an invocation for ever. So the
/// variable lives in memory of its own, which `putenv` is told of once and each invocation writes over: less than 50 ns. Only the
/// run loop writes, and between invocations.
struct TraceVariable {
    private static let name = "_X_AMZN_TRACE_ID="
    /// Room for every X-Ray header: root, parent, sampling and lineage stay below 200 bytes. A longer one is not set.
    private static let capacity = 1024
    private var memory: UnsafeMutablePointer<CChar>?

    mutating func set(_ value: String) {
        guard value.utf8.count + Self.name.utf8.count < Self.capacity else { return }
        guard !value.isEmpty || self.memory != nil else { return }
        if let memory = self.memory {
            Self.write(value, after: Self.name.utf8.count, to: memory)
        } else {
            let memory = UnsafeMutablePointer<CChar>.allocate(capacity: Self.capacity)
            Self.write(Self.name + value, after: 0, to: memory)
            // SAFETY: the memory is never freed and stays terminated, so the environment may point to it until the process ends.
            putenv(memory)
            self.memory = memory
        }
    }

    private static func write(_ text: String, after offset: Int, to memory: UnsafeMutablePointer<CChar>) {
        var position = offset
        for byte in text.utf8 {
            memory[position] = CChar(bitPattern: byte)
            position += 1
        }
        memory[position] = 0
    }
}

/// What a rendering may use at most. Each is far above what a template needs, and reached in well under a second or two.
public struct Limits: Sendable, Hashable {
    /// Directives and expressions within each other in the text, calls of macros and `#define`d blocks within each other, and
    /// lists within lists where they are written as text.
    public var depth = 100
    /// Steps altogether: references, directives, rounds of loops, elements made or visited by methods.
    public var steps = 20_000_000
    /// Bytes of the result, and of any text on the way there.
    public var outputBytes = 64 << 20

    public init() {}

    /// No list grows longer.
    static let elementsMax = 4_000_000
    /// No integer grows longer: arithmetic on it takes time that grows with the square.
    static let integerBitsMax = 1 << 16
}

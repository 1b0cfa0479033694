/// An object of the host's that templates can use: `$input` is one. A reference's `.name`, `.name(…)` and `[…]` arrive here by
/// name.
public protocol TemplateObject: AnyObject {
    /// The value of `$object.name`. Nil where there is no such property; `.null` where there is one that holds null.
    /// - Throws: where Java's getter would throw: the rendering ends with an error.
    func property(_ name: String) throws(MethodFailure) -> Value?

    /// The result of `$object.name(arguments)`; `$object[key]` asks for `get(key)`. Nil where no method of that name takes such
    /// arguments, which is no error in a template; `.null` where the method answered null; an empty text for one without a
    /// result.
    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value?

    /// Does `#set($object.name = value)` and answers true, or false where there is no such property to set.
    func setProperty(_ name: String, to value: Value) throws(MethodFailure) -> Bool

    /// What `#foreach` goes through, or nil where it can't.
    var elements: [Value]? { get }

    /// The object's `toString()`, which is what a reference to it renders.
    var text: String { get }
}

extension TemplateObject {
    public func property(_ name: String) throws(MethodFailure) -> Value? { nil }
    public func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? { nil }
    public func setProperty(_ name: String, to value: Value) throws(MethodFailure) -> Bool { false }
    public var elements: [Value]? { nil }
}

extension TemplateObject {
    /// What `hashCode()` answers for an object that has none of its own. Java answers its address, which is another each time.
    var addressHash: Value { .int(1) }
}

/// A method that threw, as Java's do on bad arguments. The rendering ends with a ``TemplateError`` of kind `methodFailed` that
/// holds the message and the place.
public struct MethodFailure: Error, Sendable {
    /// What happened, in the words of Java's exception where there is one: `StringIndexOutOfBoundsException: begin 99, end 3`.
    public let message: String

    public init(_ message: String) {
        self.message = message
    }
}

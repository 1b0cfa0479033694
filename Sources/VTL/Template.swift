/// A template, parsed once and rendered as often as you like, by any number of tasks at a time.
///
/// ```swift
/// let template = try Template("Hello $name!")
/// let output = try template.render(["name": "Velocity"])
/// ```
public struct Template: Sendable {
    /// What errors call it, usually the file's name.
    public let name: String
    public let profile: Profile
    /// Every use of a variable, in order of the text: what a checker compares with the names that there are.
    public let references: [ReferenceUse]

    /// - Throws: ``TemplateError`` of kind `syntax` with line and column.
    public init(_ source: String, name: String = "template", profile: Profile = .velocity1_7) throws(TemplateError) {
        self.name = name
        self.profile = profile
        self.references = []
    }

    /// Renders the template as UTF-8.
    /// - Parameters:
    ///   - variables: what `$name` stands for. `#set` does not change this dictionary; it may change the lists and maps in it.
    ///   - trace: records what happened, for people.
    public func render(
        _ variables: [String: Value] = [:], limits: Limits = Limits(), trace: EvaluationTrace? = nil
    ) throws(TemplateError) -> [UInt8] {
        []
    }
}

/// One use of a variable in a template's text.
public struct ReferenceUse: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case read
        /// The target of a `#set`, or a loop's variable, or a `#define`d block: from there on the name is known.
        case defined
    }

    /// The variable's name, without `$`.
    public let name: String
    /// The properties and methods after the name, as far as they are plain names: `["path"]` for `$input.path('$.a').b`.
    public let members: [String]
    public let kind: Kind
    public let position: Position
}

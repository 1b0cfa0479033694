/// A dialect of the language. What differs between the two is what this list names, and nothing else.
public struct Profile: Sendable, Hashable {
    public let name: String

    /// An undefined or null reference, and a call of a method that isn't there, is the empty text: it renders as nothing, is true
    /// in a condition and equal to `""`. Otherwise it renders as its own source and is null.
    public let missingIsEmptyText: Bool
    /// `#macro … #end` defines a macro and `#name(…)` calls it. Otherwise the definition is swallowed and a call prints as
    /// written.
    public let definesMacros: Bool
    /// `#evaluate(…)` renders its argument as a template. Otherwise it prints as written.
    public let evaluates: Bool
    /// The most rounds that one `#foreach` makes; the rest of the list is left out without an error.
    public let roundsMax: Int?

    /// Apache Velocity 1.7 with the settings it comes with.
    public static let velocity1_7 = Profile(
        name: "Velocity 1.7", missingIsEmptyText: false, definesMacros: true, evaluates: true, roundsMax: nil)

    /// Mapping templates as Amazon API Gateway renders them.
    /// Source: "Mapping template and access logging variable reference" and "Quotas for REST API" (1000 rounds of a `#foreach`),
    /// and renderings recorded on the service.
    public static let apiGateway = Profile(
        name: "API Gateway", missingIsEmptyText: true, definesMacros: false, evaluates: false, roundsMax: 1000)
}

package import CoreTypes

/// A JSON schema of draft 4, compiled: what models of a REST API are written in (API Gateway developer guide, "Data models for
/// REST APIs"). A strict subset: what is not checked is refused by name when the schema is read, so that no request passes by
/// mistake.
///
/// Read: `type enum properties patternProperties additionalProperties required minProperties maxProperties dependencies items
/// additionalItems minItems maxItems uniqueItems minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength
/// maxLength pattern format allOf anyOf oneOf not $ref definitions`. Passed over, as they say nothing about a value: `$schema id
/// title description default example`, formats beyond draft 4's and names that begin with `x-`. Refused: any other name, and references to
/// documents elsewhere.
package struct JSONSchema: Sendable {
    /// Why a schema can't be used.
    package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// A JSON pointer into the schema.
        package let place: String
        package let reason: String
        package var description: String { "\(self.place.isEmpty ? "The schema" : self.place): \(self.reason)" }
    }

    struct Node: Sendable {
        var types: [String] = []
        var values: [JSON]?
        var properties: [String: Int] = [:]
        var patternProperties: [(pattern: TextPattern, node: Int)] = []
        var additionalProperties = Additional.any
        var required: [String] = []
        var propertyCounts = Bounds()
        var dependencies: [(name: String, dependency: Dependency)] = []
        var items = Items.any
        var additionalItems = Additional.any
        var itemCounts = Bounds()
        var itemsAreUnique = false
        var lengths = Bounds()
        var pattern: TextPattern?
        var format: ValueFormat?
        var minimum: NumericBound?
        var maximum: NumericBound?
        var multipleOf: JSONNumber?
        var allOf: [Int] = []
        var anyOf: [Int] = []
        var oneOf: [Int] = []
        var not: Int?
        var reference: Int?
    }

    struct Bounds: Sendable {
        var min: Int?
        var max: Int?
    }

    struct NumericBound: Sendable {
        var value: JSONNumber
        var isExclusive: Bool
    }

    enum Additional: Sendable {
        case any, none
        case schema(Int)
    }

    enum Items: Sendable {
        case any
        case all(Int)
        case each([Int])
    }

    enum Dependency: Sendable {
        case names([String])
        case schema(Int)
    }

    var nodes: [Node]
    /// The schema itself.
    let root: Int

    /// - Parameters:
    ///   - models: the other models of the API, which references may name.
    package init(_ schema: JSON, models: [String: JSON] = [:]) throws(Problem) {
        var compiler = JSONSchemaCompiler(document: schema, models: models)
        self.root = try compiler.node(for: schema, at: "", in: .own)
        try compiler.compilePending()
        self.nodes = compiler.nodes
    }
}

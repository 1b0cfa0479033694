import CoreTypes

/// Why a text is no filter pattern, and where in it: `body.amount: …`.
package struct FilterPatternError: Error, Hashable, Sendable {
    package let message: String
}

extension FilterPattern {
    package init(_ text: String) throws(FilterPatternError) {
        let document: JSON
        do {
            document = try JSON(parsing: text)
        } catch {
            throw FilterPatternError(message: "The pattern is not JSON: \(error)")
        }
        guard let object = document.objectValue else {
            throw FilterPatternError(message: "The pattern is a JSON \(document.kind), not an object.")
        }
        self.root = try Self.node(object, at: "")
    }

    /// Depth is bounded by ``JSON/depthLimit``.
    private static func node(_ object: JSONObject, at path: String) throws(FilterPatternError) -> Node {
        guard !object.isEmpty else { throw self.error("an object of a pattern must have a member", at: path) }
        var node = Node()
        for (name, value) in object.members {
            let place = path.isEmpty ? name : "\(path).\(name)"
            if name == "$or" {
                node.choices.append(try self.choices(value, at: place))
                continue
            }
            switch value {
            case .object(let object):
                node.fields.append(Field(name: name, test: .object(try self.node(object, at: place))))
            case .array(let alternatives):
                guard !alternatives.isEmpty else { throw self.error("an empty array matches nothing", at: place) }
                var leaves: [Leaf] = []
                for alternative in alternatives { leaves.append(try self.leaf(alternative, at: place)) }
                node.fields.append(Field(name: name, test: .anyOf(leaves)))
            default:
                throw self.error("a value must stand in an array: [\(value)]", at: place)
            }
        }
        return node
    }

    private static func choices(_ value: JSON, at path: String) throws(FilterPatternError) -> [Node] {
        guard let alternatives = value.arrayValue, !alternatives.isEmpty else {
            throw self.error("must be an array of objects", at: path)
        }
        var nodes: [Node] = []
        for alternative in alternatives {
            guard let object = alternative.objectValue else { throw self.error("must be an array of objects", at: path) }
            nodes.append(try self.node(object, at: path))
        }
        return nodes
    }

    private static func leaf(_ value: JSON, at path: String) throws(FilterPatternError) -> Leaf {
        switch value {
        case .null, .bool, .number, .string: return .value(value)
        case .array: throw self.error("an array can't stand in an array", at: path)
        case .object(let object):
            guard object.count == 1, let (name, argument) = object.members.first.map({ ($0.name, $0.value) }) else {
                throw self.error("one operator an object", at: path)
            }
            return try self.operation(name, argument, at: path)
        }
    }

    private static func operation(_ name: String, _ argument: JSON, at path: String) throws(FilterPatternError) -> Leaf {
        switch name {
        case "equals-ignore-case": return .equalsIgnoringCase(try self.text(argument, of: name, at: path).lowercased())
        case "prefix": return .prefix(try self.text(argument, of: name, at: path))
        case "suffix": return .suffix(try self.text(argument, of: name, at: path))
        case "exists":
            guard let flag = argument.boolValue else { throw self.error("exists takes true or false", at: path) }
            return .exists(flag)
        case "anything-but":
            let values = argument.arrayValue ?? [argument]
            let areScalars = values.allSatisfy { $0.stringValue != nil || $0.numberValue != nil }
            guard !values.isEmpty, areScalars else {
                throw self.error("anything-but takes a text, a number or an array of them", at: path)
            }
            return .anythingBut(values)
        case "numeric": return .numeric(try self.bounds(argument, at: path))
        default: throw self.error("unknown operator '\(name)'", at: path)
        }
    }

    private static func text(_ value: JSON, of name: String, at path: String) throws(FilterPatternError) -> String {
        guard let text = value.stringValue else { throw self.error("\(name) takes a text", at: path) }
        return text
    }

    /// `["=",100]`, `[">",10]` or a range, its lower end first: `[">",10,"<=",20]`.
    private static func bounds(_ value: JSON, at path: String) throws(FilterPatternError) -> [Bound] {
        guard let words = value.arrayValue, words.count == 2 || words.count == 4 else {
            throw self.error("numeric takes an operator and a number, or two of each", at: path)
        }
        var bounds: [Bound] = []
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let relation = words[index].stringValue.flatMap(Bound.Relation.init), let number = words[index + 1].numberValue
            else { throw self.error("numeric takes =, <, <=, > or >= and a number", at: path) }
            bounds.append(Bound(relation: relation, number: number.doubleValue))
        }
        if bounds.count == 2 {
            let isRange =
                (bounds[0].relation == .greater || bounds[0].relation == .atLeast)
                && (bounds[1].relation == .less || bounds[1].relation == .atMost) && bounds[0].number < bounds[1].number
            guard isRange else { throw self.error("a range is > or >= a number, then < or <= a larger one", at: path) }
        }
        return bounds
    }

    private static func error(_ message: String, at path: String) -> FilterPatternError {
        FilterPatternError(message: path.isEmpty ? "\(message)." : "\(path): \(message).")
    }
}

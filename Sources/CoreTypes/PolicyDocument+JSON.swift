/// What is wrong with the text of a policy.
package struct PolicyError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension PolicyDocument {
    /// Reads a policy document. Element names are taken in any case, as IAM reads them.
    package init(parsing text: String) throws(PolicyError) {
        let json: JSON
        do {
            json = try JSON(parsing: text)
        } catch {
            throw PolicyError("The policy is no JSON: \(error)")
        }
        try self.init(json)
    }

    package init(_ json: JSON) throws(PolicyError) {
        guard let object = json.objectValue else { throw PolicyError("A policy must be an object, not \(json.kind)") }
        let members = Members(object)
        self.version = members["Version"]?.stringValue
        if let version = self.version, version != "2008-10-17", version != "2012-10-17" {
            throw PolicyError("The policy's Version must be 2012-10-17 or 2008-10-17, not \(version)")
        }
        self.id = members["Id"]?.stringValue
        guard let given = members["Statement"] else { throw PolicyError("The policy has no Statement") }
        var statements: [Statement] = []
        for (index, value) in (given.arrayValue ?? [given]).enumerated() {
            guard let object = value.objectValue else {
                throw PolicyError("Statement \(index) must be an object, not \(value.kind)")
            }
            statements.append(try Statement(Members(object), place: "Statement \(index)"))
        }
        self.statements = statements
    }

    /// Finds members in any case of their names.
    fileprivate struct Members {
        private let values: [String: JSON]

        init(_ object: JSONObject) {
            self.values = Dictionary(object.members.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        }

        subscript(name: String) -> JSON? { self.values[name.lowercased()] }
    }
}

extension PolicyDocument.Statement {
    fileprivate init(_ members: PolicyDocument.Members, place: String) throws(PolicyError) {
        self.id = members["Sid"]?.stringValue
        guard let effect = members["Effect"]?.stringValue.flatMap(PolicyDocument.Effect.init(rawValue:)) else {
            throw PolicyError("\(place) needs an Effect: Allow or Deny")
        }
        self.effect = effect
        guard let actions = try Self.scope(members, "Action", place) else {
            throw PolicyError("\(place) needs an Action or a NotAction")
        }
        self.actions = actions
        self.resources = try Self.scope(members, "Resource", place)
        self.principals = try Self.principals(members, place)
        self.conditions = try PolicyCondition.read(members["Condition"], place: place)
    }

    private static func scope(
        _ members: PolicyDocument.Members, _ name: String, _ place: String
    ) throws(PolicyError) -> PolicyDocument.Scope<[String]>? {
        switch (members[name], members["Not\(name)"]) {
        case (nil, nil): return nil
        case (let value?, nil): return .matching(try self.texts(value, name, place))
        case (nil, let value?): return .except(try self.texts(value, "Not\(name)", place))
        case (_?, _?): throw PolicyError("\(place) has both \(name) and Not\(name)")
        }
    }

    static func texts(_ value: JSON, _ name: String, _ place: String) throws(PolicyError) -> [String] {
        var texts: [String] = []
        for element in value.arrayValue ?? [value] {
            switch element {
            case .string(let text): texts.append(text)
            case .number(let number): texts.append(number.text)
            case .bool(let value): texts.append(value ? "true" : "false")
            case .null, .array, .object: throw PolicyError("\(name) of \(place) must be a text or a list of texts")
            }
        }
        return texts
    }

    private static func principals(
        _ members: PolicyDocument.Members, _ place: String
    ) throws(PolicyError) -> PolicyDocument.Scope<[PolicyDocument.PrincipalPattern]>? {
        func patterns(_ value: JSON, _ name: String) throws(PolicyError) -> [PolicyDocument.PrincipalPattern] {
            if value.stringValue == "*" { return [PolicyDocument.PrincipalPattern(kind: "*", value: "*")] }
            guard let object = value.objectValue else {
                throw PolicyError("\(name) of \(place) must be * or an object such as {\"AWS\": \"123456789012\"}")
            }
            var patterns: [PolicyDocument.PrincipalPattern] = []
            for (kind, values) in object.members {
                for text in try self.texts(values, "\(name) \(kind)", place) {
                    patterns.append(PolicyDocument.PrincipalPattern(kind: kind, value: text))
                }
            }
            return patterns
        }
        switch (members["Principal"], members["NotPrincipal"]) {
        case (nil, nil): return nil
        case (let value?, nil): return .matching(try patterns(value, "Principal"))
        case (nil, let value?): return .except(try patterns(value, "NotPrincipal"))
        case (_?, _?): throw PolicyError("\(place) has both Principal and NotPrincipal")
        }
    }
}

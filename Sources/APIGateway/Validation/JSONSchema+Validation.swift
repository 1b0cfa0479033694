package import CoreTypes

extension JSONSchema {
    /// Values within values that are looked at; deeper ones do not fit. Also ends schemas that refer to themselves only.
    private static let depthLimit = 128
    /// How many faults of one body are told.
    private static let faultsMax = 20
    /// How often a value of a body is held against an alternative. Schemas that refer to themselves would have many more.
    private static let trialsMax = 100_000

    /// What is wrong with a value, in the words of the validator that the service uses (`json-schema-validator`); empty when
    /// it fits.
    package func faults(of value: JSON) -> [String] {
        var faults = Faults(trialsLeft: Self.trialsMax)
        self.check(value, self.root, 0, &faults)
        // Where not all alternatives were looked at nothing is known to fit.
        if faults.trialsLeft <= 0 { faults.append("instance has too many alternatives to be looked at") }
        return Array(faults.list.prefix(Self.faultsMax))
    }

    private struct Faults {
        var list: [String] = []
        var trialsLeft: Int

        mutating func append(_ fault: String) { self.list.append(fault) }
    }

    private func fits(_ value: JSON, _ node: Int, _ depth: Int, _ trialsLeft: inout Int) -> Bool {
        trialsLeft -= 1
        guard trialsLeft > 0 else { return false }
        var faults = Faults(trialsLeft: trialsLeft)
        self.check(value, node, depth, &faults)
        trialsLeft = faults.trialsLeft
        return faults.list.isEmpty
    }

    private func check(_ value: JSON, _ index: Int, _ depth: Int, _ faults: inout Faults) {
        guard depth <= Self.depthLimit else {
            faults.append("instance is nested too deeply")
            return
        }
        let node = self.nodes[index]
        if let reference = node.reference { return self.check(value, reference, depth + 1, &faults) }
        if !node.types.isEmpty, !node.types.contains(where: { Self.isType($0, value) }) {
            let allowed = node.types.flatMap { $0 == "number" ? ["integer", "number"] : [$0] }
            faults.append(
                "instance type (\(Self.typeName(value))) does not match any allowed primitive type (allowed: \(Self.list(allowed)))"
            )
            return
        }
        if let values = node.values, !values.contains(where: { Self.areEqual($0, value) }) {
            faults.append("instance value (\(value)) not found in enum (possible values: \(JSON.array(values)))")
        }
        switch value {
        case .object(let object): self.check(object, node, depth, &faults)
        case .array(let elements): self.check(elements, node, depth, &faults)
        case .string(let text): Self.check(text, node, &faults)
        case .number(let number): Self.check(number, node, &faults)
        case .null, .bool: break
        }
        self.checkCombinations(value, node, depth, &faults)
    }

    private func checkCombinations(_ value: JSON, _ node: Node, _ depth: Int, _ faults: inout Faults) {
        func matches(_ schemas: [Int], _ faults: inout Faults) -> Int {
            schemas.count { self.fits(value, $0, depth + 1, &faults.trialsLeft) }
        }
        let (all, any, one) = (node.allOf.count, node.anyOf.count, node.oneOf.count)
        if all > 0 {
            let matched = matches(node.allOf, &faults)
            if matched < all {
                faults.append("instance failed to match all required schemas (matched only \(matched) out of \(all))")
            }
        }
        if any > 0, matches(node.anyOf, &faults) == 0 {
            faults.append("instance failed to match at least one required schema among \(any)")
        }
        if one > 0 {
            let matched = matches(node.oneOf, &faults)
            if matched != 1 { faults.append("instance failed to match exactly one schema (matched \(matched) out of \(one))") }
        }
        if let not = node.not, self.fits(value, not, depth + 1, &faults.trialsLeft) {
            faults.append("instance matched a schema which it should not have")
        }
    }

    private func check(_ object: JSONObject, _ node: Node, _ depth: Int, _ faults: inout Faults) {
        let missing = node.required.filter { object[$0] == nil }
        if !missing.isEmpty { faults.append("object has missing required properties (\(Self.list(missing)))") }
        if let min = node.propertyCounts.min, object.count < min {
            faults.append("object has too few properties (found \(object.count) but schema requires at least \(min))")
        }
        if let max = node.propertyCounts.max, object.count > max {
            faults.append("object has too many properties (found \(object.count) but schema requires at most \(max))")
        }
        var unexpected: [String] = []
        for (name, value) in object.members {
            var isDeclared = false
            if let child = node.properties[name] {
                isDeclared = true
                self.check(value, child, depth + 1, &faults)
            }
            for (pattern, child) in node.patternProperties where pattern.isFound(in: name) {
                isDeclared = true
                self.check(value, child, depth + 1, &faults)
            }
            guard !isDeclared else { continue }
            switch node.additionalProperties {
            case .any: break
            case .none: unexpected.append(name)
            case .schema(let child): self.check(value, child, depth + 1, &faults)
            }
        }
        if !unexpected.isEmpty {
            faults.append("object instance has properties which are not allowed by the schema: \(Self.list(unexpected.sorted()))")
        }
        for (name, dependency) in node.dependencies where object[name] != nil {
            self.check(object, needs: dependency, of: name, depth, &faults)
        }
    }

    private func check(
        _ object: JSONObject, needs dependency: Dependency, of name: String, _ depth: Int, _ faults: inout Faults
    ) {
        switch dependency {
        case .names(let names):
            let missing = names.filter { object[$0] == nil }
            if !missing.isEmpty {
                faults.append(
                    "property \"\(name)\" of object has missing property dependencies (schema requires \(Self.list(names)); "
                        + "missing: \(Self.list(missing)))")
            }
        case .schema(let node): self.check(.object(object), node, depth + 1, &faults)
        }
    }

    private func check(_ elements: [JSON], _ node: Node, _ depth: Int, _ faults: inout Faults) {
        let count = elements.count
        if let min = node.itemCounts.min, count < min {
            faults.append("array is too short: must have at least \(min) elements but instance has \(count) elements")
        }
        if let max = node.itemCounts.max, count > max {
            faults.append("array is too long: must have at most \(max) elements but instance has \(count) elements")
        }
        if node.itemsAreUnique, Self.hasDuplicates(elements) { faults.append("array must not contain duplicate elements") }
        switch node.items {
        case .any: break
        case .all(let child):
            for element in elements { self.check(element, child, depth + 1, &faults) }
        case .each(let children):
            for (element, child) in zip(elements, children) { self.check(element, child, depth + 1, &faults) }
            guard count > children.count else { return }
            switch node.additionalItems {
            case .any: break
            case .none: faults.append("array has \(count) elements, but the schema allows \(children.count) only")
            case .schema(let child):
                for element in elements[children.count...] { self.check(element, child, depth + 1, &faults) }
            }
        }
    }

    private static func check(_ text: String, _ node: Node, _ faults: inout Faults) {
        if node.lengths.min != nil || node.lengths.max != nil {
            // Lengths count code points (draft 4, section 5.2.1).
            let length = text.unicodeScalars.count
            if let min = node.lengths.min, length < min {
                faults.append("string \(JSON.string(text)) is too short (length: \(length), required minimum: \(min))")
            }
            if let max = node.lengths.max, length > max {
                faults.append("string \(JSON.string(text)) is too long (length: \(length), maximum allowed: \(max))")
            }
        }
        if let pattern = node.pattern, !pattern.isFound(in: text) {
            faults.append("ECMA 262 regex \(JSON.string(pattern.text)) does not match input string \(JSON.string(text))")
        }
        if let fault = node.format?.fault(of: text) { faults.append(fault) }
    }

    private static func check(_ number: JSONNumber, _ node: Node, _ faults: inout Faults) {
        let value = number.doubleValue
        if let minimum = node.minimum {
            let bound = minimum.value.doubleValue
            if value < bound {
                faults.append(
                    "numeric instance is lower than the required minimum (minimum: \(minimum.value), found: \(number))")
            } else if minimum.isExclusive, value == bound {
                faults.append("numeric instance is not strictly greater than the required minimum \(minimum.value)")
            }
        }
        if let maximum = node.maximum {
            let bound = maximum.value.doubleValue
            if value > bound {
                faults.append(
                    "numeric instance is greater than the required maximum (maximum: \(maximum.value), found: \(number))")
            } else if maximum.isExclusive, value == bound {
                faults.append("numeric instance is not strictly lower than the required maximum \(maximum.value)")
            }
        }
        if let divisor = node.multipleOf, !self.isMultiple(number, of: divisor) {
            faults.append("remainder of division is not zero (\(number) / \(divisor))")
        }
    }

    /// Whole numbers exactly; others within the precision of a double, as `0.3` is no exact multiple of `0.1` there.
    private static func isMultiple(_ number: JSONNumber, of divisor: JSONNumber) -> Bool {
        if let number = number.intValue, let divisor = divisor.intValue { return divisor != 0 && number % divisor == 0 }
        let quotient = number.doubleValue / divisor.doubleValue
        return quotient.isFinite && abs(quotient - quotient.rounded()) <= 1e-9 * max(1, abs(quotient))
    }

    private static func isType(_ type: String, _ value: JSON) -> Bool {
        let actual = self.typeName(value)
        return actual == type || type == "number" && actual == "integer"
    }

    /// `1.0` is a number, not an integer (draft 4, section 3.5).
    private static func typeName(_ value: JSON) -> String {
        guard case .number(let number) = value else { return value.kind }
        return number.text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") } ? "number" : "integer"
    }

    /// Numbers are equal by value (draft 4, section 3.6).
    private static func areEqual(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left.text == right.text || left.doubleValue == right.doubleValue
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { self.areEqual($0, $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.members.allSatisfy { name, value in right[name].map { self.areEqual(value, $0) } ?? false }
        default: left == right
        }
    }

    private static func hasDuplicates(_ elements: [JSON]) -> Bool {
        if Set(elements).count < elements.count { return true }
        // Numbers may be equal though spelt otherwise; only lists that hold some are compared pair by pair, up to a bound.
        guard elements.count <= 1_000,
            elements.contains(where: { $0.numberValue != nil || $0.arrayValue != nil || $0.objectValue != nil })
        else { return false }
        return elements.indices.contains { left in
            elements[(left + 1)...].contains { self.areEqual(elements[left], $0) }
        }
    }

    private static func list(_ names: [String]) -> String { JSON.array(names.map(JSON.string)).description }
}

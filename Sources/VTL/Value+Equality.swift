/// Java's `equals` and `hashCode`: by class, then by content.
extension Value {
    /// Whether Java's `equals` holds. Numbers of two classes are never equal here, as in Java; the language's `==` compares them
    /// by
    /// value before it comes to this. Lists nested deeper, or together larger, than anything that a template makes in earnest
    /// count
    /// as different: a list may contain itself.
    public func isEqual(to other: Value) -> Bool {
        var visits = 0
        return self.isEqual(to: other, depth: 0, visits: &visits)
    }

    private static let comparedDepthMax = 200
    private static let comparedVisitsMax = 5_000_000

    private func isEqual(to other: Value, depth: Int, visits: inout Int) -> Bool {
        visits += 1
        guard depth < Self.comparedDepthMax, visits < Self.comparedVisitsMax else { return false }
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.long(let left), .long(let right)): return left == right
        case (.bigInteger(let left), .bigInteger(let right)): return left == right
        // Java compares the bits: NaN equals itself, and the zeros differ.
        case (.double(let left), .double(let right)):
            return left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
        case (.decimal(let left), .decimal(let right)): return left == right
        case (.character(let left), .character(let right)): return left == right
        case (.string(let left), .string(let right)): return left.hasSameCodeUnits(as: right)
        case (.list(let left), .list(let right)):
            return left === right || Self.areEqual(left.elements, right.elements, depth: depth, visits: &visits)
        case (.map(let left), .map(let right)):
            return left === right || Self.areEqual(left, right, depth: depth, visits: &visits)
        case (.object(let left), .object(let right)): return left === right
        default: return false
        }
    }

    private static func areEqual(_ left: [Value], _ right: [Value], depth: Int, visits: inout Int) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where !left[index].isEqual(to: right[index], depth: depth + 1, visits: &visits) { return false }
        return true
    }

    private static func areEqual(_ left: MapValue, _ right: MapValue, depth: Int, visits: inout Int) -> Bool {
        guard left.count == right.count else { return false }
        for entry in left.entries {
            guard let value = right.get(entry.key), entry.value.isEqual(to: value, depth: depth + 1, visits: &visits) else {
                return false
            }
        }
        return true
    }

    /// Java's `hashCode()`. What lies deeper than anything that a template makes in earnest counts as zero.
    var javaHashCode: Int32 {
        var visits = 0
        return self.javaHashCode(depth: 0, visits: &visits)
    }

    private func javaHashCode(depth: Int, visits: inout Int) -> Int32 {
        visits += 1
        guard depth < Self.comparedDepthMax, visits < Self.comparedVisitsMax else { return 0 }
        switch self {
        case .null: return 0
        case .bool(let value): return value ? 1231 : 1237
        case .int(let value): return value
        case .long(let value): return Int32(truncatingIfNeeded: value ^ (value >> 32))
        case .bigInteger(let value): return value.javaHashCode
        case .double(let value):
            let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
            return Int32(truncatingIfNeeded: bits ^ (bits >> 32))
        case .decimal(let value): return 31 &* value.unscaled.javaHashCode &+ Int32(truncatingIfNeeded: value.scale)
        case .character(let value): return Int32(value)
        case .string(let value): return value.javaHashCode
        case .list(let list):
            var hash: Int32 = 1
            for element in list.elements { hash = hash &* 31 &+ element.javaHashCode(depth: depth + 1, visits: &visits) }
            return hash
        case .map(let map):
            var hash: Int32 = 0
            for entry in map.entries {
                let key = entry.key.javaHashCode(depth: depth + 1, visits: &visits)
                hash = hash &+ (key ^ entry.value.javaHashCode(depth: depth + 1, visits: &visits))
            }
            return hash
        case .object(let object): return Int32(truncatingIfNeeded: ObjectIdentifier(object).hashValue)
        }
    }
}

extension String {
    /// `String.hashCode()`: 31-adic over the UTF-16 code units.
    var javaHashCode: Int32 {
        var hash: Int32 = 0
        for unit in self.utf16 { hash = hash &* 31 &+ Int32(unit) }
        return hash
    }
}

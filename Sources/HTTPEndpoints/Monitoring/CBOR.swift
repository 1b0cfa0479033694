import CoreTypes

/// Reads CBOR (RFC 8949) as JSON, as far as the protocol smithy-rpc-v2-cbor goes: maps with text keys, tags read over, byte
/// strings as Base64.
struct CBORReader {
    struct Fault: Error, Hashable {
        let message: String
    }

    private let bytes: [UInt8]
    private var position = 0

    private static let depthMax = 64
    /// The length that means: until a break.
    private static let indefinite: UInt64 = .max

    static func read(_ bytes: [UInt8]) throws(Fault) -> JSON {
        var reader = CBORReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        guard reader.position == bytes.count else { throw Fault(message: "something follows the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func value(depth: Int) throws(Fault) -> JSON {
        guard depth <= Self.depthMax else { throw Fault(message: "values stand too deep in each other") }
        let (major, argument, info) = try self.head()
        switch major {
        case 0: return .number(JSONNumber(argument))
        case 1:
            guard argument < UInt64(Int64.max) else { throw Fault(message: "a number is out of range") }
            return .number(JSONNumber(-1 - Int64(argument)))
        case 2: return .string(Base64.encode(try self.string(argument, major: 2)))
        case 3: return .string(String(decoding: try self.string(argument, major: 3), as: UTF8.self))
        case 4: return .array(try self.elements(argument, depth: depth))
        case 5: return .object(try self.members(argument, depth: depth))
        case 6: return try self.value(depth: depth + 1)
        default: return try self.simple(info, argument)
        }
    }

    private mutating func elements(_ count: UInt64, depth: Int) throws(Fault) -> [JSON] {
        var elements: [JSON] = []
        while try self.goesOn(elements.count, count) { elements.append(try self.value(depth: depth + 1)) }
        return elements
    }

    private mutating func members(_ count: UInt64, depth: Int) throws(Fault) -> JSONObject {
        var object = JSONObject()
        var read = 0
        while try self.goesOn(read, count) {
            guard case .string(let name) = try self.value(depth: depth + 1) else { throw Fault(message: "a key is no text") }
            object[name] = try self.value(depth: depth + 1)
            read += 1
        }
        return object
    }

    /// Whether another item follows, in a list of known length or until a break.
    private mutating func goesOn(_ read: Int, _ count: UInt64) throws(Fault) -> Bool {
        guard count == Self.indefinite else { return UInt64(read) < count }
        guard self.position < self.bytes.count else { throw Fault(message: "the text ends too early") }
        guard self.bytes[self.position] == 0xFF else { return true }
        self.position += 1
        return false
    }

    private mutating func string(_ length: UInt64, major: UInt8) throws(Fault) -> [UInt8] {
        guard length == Self.indefinite else { return try self.take(length) }
        var text: [UInt8] = []
        while try self.goesOn(0, length) {
            let (chunkMajor, chunkLength, _) = try self.head()
            guard chunkMajor == major, chunkLength != Self.indefinite else {
                throw Fault(message: "a string's chunk is no string")
            }
            text += try self.take(chunkLength)
        }
        return text
    }

    private mutating func take(_ length: UInt64) throws(Fault) -> [UInt8] {
        guard length <= UInt64(self.bytes.count - self.position) else { throw Fault(message: "the text ends too early") }
        defer { self.position += Int(length) }
        return Array(self.bytes[self.position..<self.position + Int(length)])
    }

    private func simple(_ info: UInt8, _ bits: UInt64) throws(Fault) -> JSON {
        switch info {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22, 23: return .null
        case 25: return try Self.number(Self.half(UInt16(bits)))
        case 26: return try Self.number(Double(Float(bitPattern: UInt32(bits))))
        case 27: return try Self.number(Double(bitPattern: bits))
        default: throw Fault(message: "an unknown simple value")
        }
    }

    private static func number(_ value: Double) throws(Fault) -> JSON {
        guard value.isFinite else { throw Fault(message: "a number is not finite") }
        return .number(JSONNumber(value))
    }

    /// RFC 8949, appendix D.
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Double(bits & 0x3FF)
        let sign = bits & 0x8000 == 0 ? 1.0 : -1.0
        return switch exponent {
        case 0: sign * Double(sign: .plus, exponent: -24, significand: fraction)
        case 31: fraction == 0 ? sign * .infinity : .nan
        default: sign * Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1_024)
        }
    }

    /// The first byte of an item and its argument.
    private mutating func head() throws(Fault) -> (major: UInt8, argument: UInt64, info: UInt8) {
        guard self.position < self.bytes.count else { throw Fault(message: "the text ends too early") }
        let byte = self.bytes[self.position]
        self.position += 1
        let info = byte & 0x1F
        switch info {
        case 0..<24: return (byte >> 5, UInt64(info), info)
        case 24...27:
            let argument = try self.take(1 << UInt64(info - 24)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return (byte >> 5, argument, info)
        case 31 where (2...5).contains(byte >> 5): return (byte >> 5, Self.indefinite, info)
        default: throw Fault(message: "an unknown length")
        }
    }
}

/// Writes JSON as CBOR. Every number becomes a double: all of CloudWatch's answers are; members in `times` hold seconds since
/// 1970 and get the tag of a time.
struct CBORWriter {
    private(set) var bytes: [UInt8] = []
    private let times: Set<String>

    static func write(_ value: JSON, times: Set<String>) -> [UInt8] {
        var writer = CBORWriter(times: times)
        writer.append(value, isTime: false)
        return writer.bytes
    }

    private init(times: Set<String>) { self.times = times }

    private mutating func append(_ value: JSON, isTime: Bool) {
        switch value {
        case .null: self.bytes.append(0xF6)
        case .bool(let flag): self.bytes.append(flag ? 0xF5 : 0xF4)
        case .number(let number):
            if isTime { self.bytes.append(0xC1) }
            self.bytes.append(0xFB)
            self.append(number.doubleValue.bitPattern, length: 8)
        case .string(let text):
            self.head(major: 3, text.utf8.count)
            self.bytes.append(contentsOf: text.utf8)
        case .array(let elements):
            self.head(major: 4, elements.count)
            for element in elements { self.append(element, isTime: isTime) }
        case .object(let object):
            self.head(major: 5, object.count)
            for member in object.members {
                self.append(.string(member.name), isTime: false)
                self.append(member.value, isTime: self.times.contains(member.name))
            }
        }
    }

    private mutating func head(major: UInt8, _ count: Int) {
        let first = major << 5
        switch count {
        case ..<24: self.bytes.append(first | UInt8(count))
        case ..<0x100:
            self.bytes.append(first | 24)
            self.append(UInt64(count), length: 1)
        case ..<0x1_0000:
            self.bytes.append(first | 25)
            self.append(UInt64(count), length: 2)
        default:
            self.bytes.append(first | 26)
            self.append(UInt64(count), length: 4)
        }
    }

    private mutating func append(_ value: UInt64, length: Int) {
        for place in (0..<length).reversed() { self.bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(place * 8))) }
    }
}

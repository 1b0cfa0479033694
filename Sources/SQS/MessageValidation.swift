import CoreTypes

/// What SQS asks of a message before it takes it (API Reference, SendMessage; developer guide, "Amazon SQS message metadata").
enum MessageValidation {
    /// Bytes that count against the maximum: body, and names, data types and values of its attributes.
    static func byteCount(of message: OutgoingMessage) -> Int {
        message.attributes.reduce(message.body?.count ?? 0) { $0 + $1.byteCount }
    }

    /// All but the size, the group and the deduplication id.
    static func check(_ message: OutgoingMessage, limits: QueueLimits) throws(SQSError) {
        guard let body = message.body, !body.isEmpty else { throw .missing("MessageBody") }
        guard CharacterRules.isMessageText(body) else {
            throw SQSError(
                .invalidMessageContents,
                "Invalid characters found. \(CharacterRules.validText)"
            )
        }
        if !message.attributes.isEmpty { try self.check(message.attributes, limits: limits) }
        for attribute in message.systemAttributes { try self.check(system: attribute) }
    }

    private static func check(_ attributes: [MessageAttribute], limits: QueueLimits) throws(SQSError) {
        if attributes.count > limits.messageAttributes {
            throw SQSError(
                .invalidParameterValue,
                "Number of message attributes [\(attributes.count)] exceeds the allowed maximum [\(limits.messageAttributes)].")
        }
        var names: Set<String> = []
        for attribute in attributes {
            try self.checkName(attribute.name)
            if !names.insert(attribute.name).inserted {
                throw SQSError(.invalidParameterValue, "Message (user) attribute name '\(attribute.name)' already exists.")
            }
            try self.checkValue(attribute, kind: "user")
        }
    }

    private static func checkName(_ name: String) throws(SQSError) {
        let scalars = name.unicodeScalars
        guard (1...256).contains(scalars.count) else {
            throw SQSError(
                .invalidParameterValue, "Length of message attribute name must be between 1 and 256 bytes, not \(scalars.count).")
        }
        let lower = name.lowercased()
        let isWellFormed =
            scalars.allSatisfy { $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "-" || $0 == "." }
            && !lower.hasPrefix("aws.") && !lower.hasPrefix("amazon.") && !name.hasPrefix(".") && !name.hasSuffix(".")
            && !name.utf8.elementsPairwise { $0 == UInt8(ascii: ".") && $1 == UInt8(ascii: ".") }
        guard isWellFormed else {
            throw SQSError(
                .invalidParameterValue,
                "Message (user) attribute name '\(name)' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and "
                    + "period (.) characters; it can't begin with AWS. or Amazon., begin or end with a period or have two in a row."
            )
        }
    }

    private static func checkValue(_ attribute: MessageAttribute, kind: String) throws(SQSError) {
        let base = attribute.dataType.prefix { $0 != "." }
        if attribute.dataType.isEmpty {
            throw SQSError(
                .invalidParameterValue, "Message (\(kind)) attribute '\(attribute.name)' must contain a non-empty attribute type."
            )
        }
        guard ["String", "Number", "Binary"].contains(base), attribute.dataType.utf8.count < 256 else {
            throw SQSError(
                .invalidParameterValue,
                "The message (\(kind)) attribute '\(attribute.name)' has an invalid message attribute type, "
                    + "the set of supported type prefixes is Binary, Number, and String."
            )
        }
        let empty = SQSError(
            .invalidParameterValue,
            "Message (\(kind)) attribute '\(attribute.name)' must contain a non-empty value of type '\(base)'.")
        switch attribute.value {
        case .list:
            throw SQSError(.unsupportedOperation, "Message attribute list values in SendMessage operation are not supported.")
        case .missing: throw empty
        case .string(let text):
            guard base != "Binary", !text.isEmpty else { throw empty }
            if !CharacterRules.isMessageText(Array(text.utf8)) {
                throw SQSError(
                    .invalidMessageContents,
                    "Invalid characters found in message attribute '\(attribute.name)'. \(CharacterRules.validText)"
                )
            }
            if base == "Number", !DecimalNumber.isValid(text) {
                throw SQSError(
                    .invalidParameterValue,
                    "Can't cast the value of message (\(kind)) attribute '\(attribute.name)' to a number.")
            }
        case .binary(let bytes):
            guard base == "Binary", !bytes.isEmpty else { throw empty }
        }
    }

    /// Only `AWSTraceHeader`, a String.
    private static func check(system attribute: MessageAttribute) throws(SQSError) {
        guard attribute.name == SystemAttributeName.traceHeader.rawValue else {
            throw SQSError(
                .invalidParameterValue, "Message system attribute name '\(attribute.name)' is invalid.")
        }
        guard attribute.dataType == "String" else {
            throw SQSError(
                .invalidParameterValue,
                "The message system attribute '\(attribute.name)' has an invalid message attribute type, the supported type is String."
            )
        }
        try self.checkValue(attribute, kind: "system")
    }
}

extension Collection {
    fileprivate func elementsPairwise(_ test: (Element, Element) -> Bool) -> Bool {
        zip(self, self.dropFirst()).contains(where: test)
    }
}

/// A `Number` attribute: up to 38 digits of precision, from −10^128 to 10^126.
enum DecimalNumber {
    static let digitCountMax = 38

    static func isValid(_ text: String) -> Bool {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let mantissa = rest.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
        rest.removeFirst(mantissa.count)
        var exponent = 0
        if !rest.isEmpty {
            guard let value = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), abs(value) < 1_000 else { return false }
            exponent = value
        }
        let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let digits = Array(parts.joined())
        guard !digits.isEmpty, digits.count <= 1_024, digits.allSatisfy({ (48...57).contains($0) }) else { return false }
        guard let leading = digits.firstIndex(where: { $0 != 48 }), let trailing = digits.lastIndex(where: { $0 != 48 }) else {
            return true
        }
        // The power of ten of the first digit that counts.
        let magnitude = parts[0].count - 1 - leading + exponent
        let isPowerOfTen = leading == trailing && digits[leading] == UInt8(ascii: "1")
        let limit = isNegative ? 128 : 126
        return trailing - leading < self.digitCountMax && (magnitude < limit || magnitude == limit && isPowerOfTen)
    }
}

/// The checksum over message attributes (developer guide, "Calculating the MD5 message digest for message attributes"): for each
/// attribute in the order of its name, length and name, length and data type, the kind of value, length and value.
enum AttributeDigest {
    /// `nil` for no attribute.
    static func md5(of attributes: [MessageAttribute]) -> MD5.Digest? {
        guard !attributes.isEmpty else { return nil }
        var bytes: [UInt8] = []
        func append(_ part: some Collection<UInt8>) {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part)
        }
        for attribute in attributes.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            append(attribute.name.utf8)
            append(attribute.dataType.utf8)
            switch attribute.value {
            case .string(let text):
                bytes.append(1)
                append(text.utf8)
            case .binary(let value):
                bytes.append(2)
                append(value)
            case .list, .missing: break
            }
        }
        return MD5.digest(of: bytes)
    }
}

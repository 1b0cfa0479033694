/// Code points, regions and bytes of a text.
extension StringMethods {
    func callRegion(_ method: Method, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case (.regionMatches, 4): return try self.regionMatches(arguments[...], ignoringCase: false)
        case (.regionMatches, 5):
            guard case .bool(let ignoresCase) = arguments[0] else { return nil }
            return try self.regionMatches(arguments[1...], ignoringCase: ignoresCase)
        case (.codePointCount, 2), (.offsetByCodePoints, 2):
            guard case .int(let first) = arguments[0], case .int(let second) = arguments[1] else { return nil }
            return .int(try method == .codePointCount ? self.codePoints(first, second) : self.offset(first, by: second))
        default: return nil
        }
    }

    /// The code point that begins at a place; in the middle of a pair its second half.
    func codePoint(at index: Int32) throws(MethodFailure) -> Int32 {
        let place = try self.place(index, asked: index)
        let unit = self.text.utf16[place]
        return UTF16.isLeadSurrogate(unit) ? Int32(self.text.unicodeScalars[place].value) : Int32(unit)
    }

    /// The code point that ends before a place; in the middle of a pair its first half.
    func codePoint(before index: Int32) throws(MethodFailure) -> Int32 {
        let place = try self.place(index &- 1, asked: index)
        let unit = self.text.utf16[place]
        guard UTF16.isTrailSurrogate(unit) else { return Int32(unit) }
        return Int32(self.text.unicodeScalars[self.text.utf16.index(before: place)].value)
    }

    private func place(_ index: Int32, asked: Int32) throws(MethodFailure) -> String.Index {
        let units = self.text.utf16
        guard index >= 0, Int(index) < units.count else {
            throw MethodFailure("StringIndexOutOfBoundsException: index \(asked), length \(units.count)")
        }
        return units.index(units.startIndex, offsetBy: Int(index))
    }

    private func codePoints(_ from: Int32, _ to: Int32) throws(MethodFailure) -> Int32 {
        let units = self.text.utf16
        guard from >= 0, from <= to, Int(to) <= units.count else {
            throw MethodFailure("IndexOutOfBoundsException: begin \(from), end \(to), length \(units.count)")
        }
        let start = units.index(units.startIndex, offsetBy: Int(from))
        let region = units[start..<units.index(start, offsetBy: Int(to - from))]
        // A pair counts once, where both halves are in the region.
        let pairs = zip(region, region.dropFirst()).count { UTF16.isLeadSurrogate($0) && UTF16.isTrailSurrogate($1) }
        return Int32(truncatingIfNeeded: region.count - pairs)
    }

    private func offset(_ index: Int32, by count: Int32) throws(MethodFailure) -> Int32 {
        let units = Array(self.text.utf16)
        var place = Int(index)
        guard units.indices.contains(place) || place == units.count else { throw MethodFailure("IndexOutOfBoundsException") }
        var left = Int(count)
        while left != 0 {
            let step = left > 0 ? 1 : -1
            let next = left > 0 ? place : place - 1
            guard units.indices.contains(next) else { throw MethodFailure("IndexOutOfBoundsException") }
            let lead = left > 0 ? next : next - 1
            let isPair =
                lead >= 0 && lead + 1 < units.count && UTF16.isLeadSurrogate(units[lead])
                && UTF16.isTrailSurrogate(units[lead + 1])
            place += isPair ? 2 * step : step
            left -= step
        }
        return Int32(truncatingIfNeeded: place)
    }

    /// `regionMatches(toffset, other, ooffset, len)`
    private func regionMatches(_ arguments: ArraySlice<Value>, ignoringCase: Bool) throws(MethodFailure) -> Value? {
        let values = Array(arguments)
        guard case .int(let place) = values[0], case .int(let otherPlace) = values[2], case .int(let count) = values[3] else {
            return nil
        }
        guard case .string(let other) = values[1] else {
            if values[1].isNull { throw MethodFailure("NullPointerException") }
            return nil
        }
        let (start, otherStart, size) = (Int(place), Int(otherPlace), Int(count))
        let units = self.text.utf16
        guard start >= 0, otherStart >= 0, start <= units.count - size, otherStart <= other.utf16.count - size else {
            return .bool(false)
        }
        let region = units.dropFirst(start).prefix(max(size, 0))
        let otherRegion = other.utf16.dropFirst(otherStart).prefix(max(size, 0))
        if region.elementsEqual(otherRegion) { return .bool(true) }
        guard ignoringCase else { return .bool(false) }
        return .bool(Self.folded(region) == Self.folded(otherRegion))
    }

    private static func folded(_ region: some Collection<UInt16>) -> String {
        String(decoding: Array(region), as: UTF16.self).uppercased().lowercased()
    }

    func bytes(in charset: String) throws(MethodFailure) -> Value {
        guard ["utf-8", "utf8"].contains(charset.lowercased()) else {
            throw MethodFailure("UnsupportedEncodingException: \(charset.prefix(40)); known here is UTF-8")
        }
        return .object(ArrayObject.bytes(of: self.text))
    }
}

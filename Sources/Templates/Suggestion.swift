/// Finds what was probably meant by a name that is not known.
package enum Suggestion {
    /// Longer names are not compared: nobody mistypes them by a letter or two.
    static let nameLimit = 128

    /// ` Did you mean Timeout?`, or nothing.
    static func sentence(for name: String, among candidates: some Sequence<String>) -> String {
        self.nearest(to: name, among: candidates).map { " Did you mean \($0)?" } ?? ""
    }

    /// The candidate within a third of the name's length in edits, upper and lower case being the same; the first of equals.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        guard name.utf8.count <= self.nameLimit, !name.isEmpty else { return nil }
        let wanted = Array(name.lowercased().utf8)
        let most = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate.utf8.count <= self.nameLimit && candidate != name {
            let distance = self.distance(wanted, Array(candidate.lowercased().utf8))
            if distance <= most, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Edits between two texts; swapping neighbours counts as one (optimal string alignment). O(n·m).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            current.reserveCapacity(right.count + 1)
            for column in 1...right.count {
                let cost = left[row - 1] == right[column - 1] ? 0 : 1
                var value = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    value = min(value, beforeLast[column - 2] + 1)
                }
                current.append(value)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}

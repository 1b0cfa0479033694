/// Finds one text in another in time that grows with the sum of their lengths, whatever the texts: a template may search a long
/// text for a long text that nearly occurs at every place.
/// Source: Knuth, Morris, Pratt, "Fast pattern matching in strings", 1977.
struct SubstringSearch<Unit: Equatable> {
    private let sought: [Unit]
    /// How much of the beginning is matched still when the unit after a matched part is another.
    private let fallbacks: [Int]

    init(_ sought: [Unit]) {
        self.sought = sought
        var fallbacks = Array(repeating: 0, count: sought.count)
        var matched = 0
        for place in sought.indices.dropFirst() {
            while matched > 0, sought[place] != sought[matched] { matched = fallbacks[matched - 1] }
            if sought[place] == sought[matched] { matched += 1 }
            fallbacks[place] = matched
        }
        self.fallbacks = fallbacks
    }

    /// Where the text first begins at or after a place.
    func first(in units: [Unit], from start: Int) -> Int? {
        guard let head = self.sought.first else { return start <= units.count ? start : nil }
        var matched = 0
        var place = start
        while place < units.count {
            let unit = units[place]
            if matched == 0, unit != head {
                place += 1
                continue
            }
            while matched > 0, unit != self.sought[matched] { matched = self.fallbacks[matched - 1] }
            if unit == self.sought[matched] { matched += 1 }
            place += 1
            if matched == self.sought.count { return place - matched }
        }
        return nil
    }
}

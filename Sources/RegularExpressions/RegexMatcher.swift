/// Runs a compiled pattern over a text.
struct RegexMatcher {
    private let program: RegexProgram
    private let text: [Unicode.Scalar]
    private(set) var steps = 0

    /// A fraction of a second; patterns that backtrack without end are refused, as Java would not come back from them.
    private static let stepsMax = 2_000_000
    private static let stackMax = 2_000_000
    private static let lookDepthMax = 50

    /// What to go back to.
    private enum Undo {
        case branch(pc: Int, place: Int)
        case slot(Int, Int)
        case mark(Int, Int)
    }

    init(_ program: RegexProgram, _ text: [Unicode.Scalar]) {
        self.program = program
        self.text = text
    }

    mutating func find(from start: Int) throws(RegexFailure) -> RegexMatch? {
        var place = start
        while place <= self.text.count {
            if let match = try self.match(at: place, mustReachEnd: false) { return match }
            place += 1
        }
        return nil
    }

    mutating func match(at start: Int, mustReachEnd: Bool) throws(RegexFailure) -> RegexMatch? {
        var slots = [Int](repeating: -1, count: 2 * self.program.groupCount)
        var marks = [Int](repeating: -1, count: self.program.markCount)
        guard try self.run(from: 0, at: start, &slots, &marks, mustReachEnd: mustReachEnd, depth: 0) != nil else { return nil }
        let groups = (0..<self.program.groupCount).map { group -> Range<Int>? in
            let (low, high) = (slots[2 * group], slots[2 * group + 1])
            return low >= 0 && high >= low ? low..<high : nil
        }
        return groups[0].map { RegexMatch(range: $0, groups: groups) }
    }

    /// Where the part that begins at an instruction ends its match, or nil.
    private mutating func run(
        from first: Int, at start: Int, _ slots: inout [Int], _ marks: inout [Int], mustReachEnd: Bool, depth: Int
    ) throws(RegexFailure) -> Int? {
        guard depth < Self.lookDepthMax else { throw RegexFailure("StackOverflowError: a pattern looks too deep") }
        var stack: [Undo] = []
        var pc = first
        var place = start
        while true {
            self.steps += 1
            guard self.steps < Self.stepsMax, stack.count < Self.stackMax else {
                throw RegexFailure("StackOverflowError: a regular expression takes too many steps")
            }
            var isAlive = true
            switch self.program.instructions[pc] {
            case .scalar(let scalar, let ignoresCase):
                isAlive =
                    place < self.text.count
                    && (self.text[place] == scalar || ignoresCase && self.text[place].caseFlipped == scalar)
                place += 1
                pc += 1
            case .set(let set):
                isAlive = place < self.text.count && set.contains(self.text[place])
                place += 1
                pc += 1
            case .jump(let target): pc = target
            case .split(let one, let other):
                stack.append(.branch(pc: other, place: place))
                pc = one
            case .save(let slot):
                stack.append(.slot(slot, slots[slot]))
                slots[slot] = place
                pc += 1
            case .mark(let mark):
                stack.append(.mark(mark, marks[mark]))
                marks[mark] = place
                pc += 1
            case .leaveIfUnmoved(let mark, let target): pc = marks[mark] == place ? target : pc + 1
            case .start(let multiline):
                isAlive = place == 0 || multiline && place < self.text.count && self.text[place - 1].isLineTerminator
                pc += 1
            case .end(let multiline):
                isAlive = self.isEnd(place, multiline: multiline)
                pc += 1
            case .absoluteEnd:
                isAlive = place == self.text.count
                pc += 1
            case .wordBoundary(let isBoundary):
                let before = place > 0 && self.text[place - 1].isWord
                let after = place < self.text.count && self.text[place].isWord
                isAlive = (before != after) == isBoundary
                pc += 1
            case .group(let group):
                if 2 * group + 1 < slots.count, slots[2 * group] >= 0, slots[2 * group + 1] >= slots[2 * group] {
                    let captured = self.text[slots[2 * group]..<slots[2 * group + 1]]
                    isAlive = self.text[place...].starts(with: captured)
                    self.steps += captured.count / 8
                    place += isAlive ? captured.count : 0
                } else {
                    isAlive = false
                }
                pc += 1
            case .look(let target, let isBehind, let isNegated, let next):
                var (inner, innerMarks) = (slots, marks)
                let found = try self.look(target, isBehind: isBehind, at: place, &inner, &innerMarks, depth: depth)
                isAlive = found != isNegated
                if isAlive, !isNegated {
                    for slot in slots.indices where slots[slot] != inner[slot] { stack.append(.slot(slot, slots[slot])) }
                    slots = inner
                }
                pc = next
            case .atomic(let target, let next):
                var (inner, innerMarks) = (slots, marks)
                if let end = try self.run(from: target, at: place, &inner, &innerMarks, mustReachEnd: false, depth: depth + 1) {
                    for slot in slots.indices where slots[slot] != inner[slot] { stack.append(.slot(slot, slots[slot])) }
                    slots = inner
                    place = end
                } else {
                    isAlive = false
                }
                pc = next
            case .match:
                if !mustReachEnd || place == self.text.count { return place }
                isAlive = false
            }
            if isAlive { continue }
            guard let branch = Self.back(&stack, &slots, &marks) else { return nil }
            (pc, place) = branch
        }
    }

    private static func back(_ stack: inout [Undo], _ slots: inout [Int], _ marks: inout [Int]) -> (Int, Int)? {
        while let undo = stack.popLast() {
            switch undo {
            case .branch(let pc, let place): return (pc, place)
            case .slot(let slot, let value): slots[slot] = value
            case .mark(let mark, let value): marks[mark] = value
            }
        }
        return nil
    }

    /// Behind: from every earlier place, the part must end here.
    private mutating func look(
        _ target: Int, isBehind: Bool, at place: Int, _ slots: inout [Int], _ marks: inout [Int], depth: Int
    ) throws(RegexFailure) -> Bool {
        guard isBehind else {
            return try self.run(from: target, at: place, &slots, &marks, mustReachEnd: false, depth: depth + 1) != nil
        }
        for start in stride(from: place, through: 0, by: -1) {
            self.steps += 1
            if try self.run(from: target, at: start, &slots, &marks, mustReachEnd: false, depth: depth + 1) == place {
                return true
            }
        }
        return false
    }

    private func isEnd(_ place: Int, multiline: Bool) -> Bool {
        if place == self.text.count { return true }
        if multiline { return self.text[place].isLineTerminator }
        // Before a line terminator that ends the text.
        let rest = self.text.count - place
        return rest == 1 && self.text[place].isLineTerminator
            || rest == 2 && self.text[place] == "\r" && self.text[place + 1] == "\n"
    }
}

/// A `java.util.ArrayList`'s.
struct ListMethods {
    private let list: ListValue

    init(_ list: ListValue) {
        self.list = list
    }

    func call(_ method: Method, _ arguments: [Value], work: inout Int) throws(MethodFailure) -> Value? {
        let count = self.list.elements.count
        switch (method, arguments.count) {
        case (.size, 0): return .int(Int32(truncatingIfNeeded: count))
        case (.isEmpty, 0): return .bool(count == 0)
        case (.iterator, 0): return .object(IteratorObject(self.list.elements))
        case (.toArray, 0): return .object(ArrayObject(self.list.elements, typeName: "[Ljava.lang.Object;"))
        case (.toJSONString, 0) where self.list.style == .json: return .string(Value.list(self.list).text)
        case (.clear, 0):
            self.list.elements = []
            self.list.revision &+= 1
            return .string("")
        case (.get, 1):
            guard case .int(let index) = arguments[0] else { return nil }
            return try self.list.elements[self.index(index)]
        case (.set, 2):
            guard case .int(let index) = arguments[0] else { return nil }
            let place = try self.index(index)
            let old = self.list.elements[place]
            self.list.elements[place] = arguments[1]
            return old
        case (.add, 1):
            try self.insert([arguments[0]], at: count)
            return .bool(true)
        case (.add, 2):
            guard case .int(let index) = arguments[0] else { return nil }
            work = count / 16
            try self.insert([arguments[1]], at: self.insertionIndex(index))
            return .string("")
        case (.addAll, 1) where arguments[0].isNull, (.containsAll, 1) where arguments[0].isNull,
            (.removeAll, 1) where arguments[0].isNull, (.retainAll, 1) where arguments[0].isNull:
            throw MethodFailure("NullPointerException")
        case (.addAll, 1):
            guard let added = JavaMethods.elements(of: arguments[0]) else { return nil }
            work = added.count
            try self.insert(added, at: count)
            return .bool(!added.isEmpty)
        case (.addAll, 2):
            guard case .int(let index) = arguments[0], let added = JavaMethods.elements(of: arguments[1]) else { return nil }
            work = added.count + count / 16
            try self.insert(added, at: self.insertionIndex(index))
            return .bool(!added.isEmpty)
        case (.remove, 1):
            work = count / 16
            return try self.remove(arguments[0])
        case (.contains, 1), (.indexOf, 1), (.lastIndexOf, 1):
            work = count
            return self.search(method, arguments[0])
        case (.containsAll, 1), (.removeAll, 1), (.retainAll, 1):
            guard let others = JavaMethods.elements(of: arguments[0]) else { return nil }
            work = count + others.count
            return self.compare(method, with: others)
        case (.subList, 2):
            guard case .int(let from) = arguments[0], case .int(let to) = arguments[1] else { return nil }
            guard from >= 0, from <= to, Int(to) <= count else {
                throw MethodFailure("IndexOutOfBoundsException: subList(\(from), \(to)) of \(count) elements")
            }
            work = Int(to - from)
            return .list(ListValue(part: self.list.elements[Int(from)..<Int(to)]))
        default: return nil
        }
    }

    private func index(_ index: Int32) throws(MethodFailure) -> Int {
        guard self.list.elements.indices.contains(Int(index)) else {
            throw MethodFailure("IndexOutOfBoundsException: Index \(index) out of bounds for length \(self.list.elements.count)")
        }
        return Int(index)
    }

    private func insertionIndex(_ index: Int32) throws(MethodFailure) -> Int {
        guard index >= 0, Int(index) <= self.list.elements.count else {
            throw MethodFailure("IndexOutOfBoundsException: Index: \(index), Size: \(self.list.elements.count)")
        }
        return Int(index)
    }

    private func insert(_ values: [Value], at index: Int) throws(MethodFailure) {
        guard self.list.elements.count + values.count <= Limits.elementsMax else {
            throw MethodFailure("OutOfMemoryError: a list grew beyond \(Limits.elementsMax) elements")
        }
        if index == self.list.elements.count {
            self.list.elements.append(contentsOf: values)
        } else {
            self.list.elements.insert(contentsOf: values, at: index)
        }
        self.list.revision &+= 1
    }

    /// An integer is an index, anything else an element.
    private func remove(_ argument: Value) throws(MethodFailure) -> Value {
        if case .int(let index) = argument {
            let place = try self.index(index)
            self.list.revision &+= 1
            return self.list.elements.remove(at: place)
        }
        guard let place = self.list.elements.firstIndex(where: { $0.isEqual(to: argument) }) else { return .bool(false) }
        self.list.elements.remove(at: place)
        self.list.revision &+= 1
        return .bool(true)
    }

    private func search(_ method: Method, _ value: Value) -> Value {
        let place =
            method == .lastIndexOf
            ? self.list.elements.lastIndex { $0.isEqual(to: value) } : self.list.elements.firstIndex { $0.isEqual(to: value) }
        if method == .contains { return .bool(place != nil) }
        return .int(Int32(truncatingIfNeeded: place ?? -1))
    }

    private func compare(_ method: Method, with others: [Value]) -> Value {
        if method == .containsAll {
            let own = Set(self.list.elements.map(MapKey.init))
            return .bool(others.allSatisfy { own.contains(MapKey($0)) })
        }
        let named = Set(others.map(MapKey.init))
        let kept = self.list.elements.filter { named.contains(MapKey($0)) == (method == .retainAll) }
        let isChanged = kept.count != self.list.elements.count
        self.list.elements = kept
        if isChanged { self.list.revision &+= 1 }
        return .bool(isChanged)
    }
}

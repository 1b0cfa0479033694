/// Where a value stands in a file. Lines and columns count from 1, columns in Unicode scalars as libyaml counts them.
struct SourceLocation: Hashable, Sendable {
    var file: String
    var line: Int
    var column: Int
}

/// A value of a template with the place it came from.
///
/// Short forms of intrinsics are kept as their long form: `!Sub x` is the map `{"Fn::Sub": "x"}`.
struct TemplateNode: Sendable {
    enum Value: Sendable {
        case null
        case bool(Bool)
        /// The number as CloudFormation passes it on: decimal, without a needless zero or underscore.
        case number(String)
        case string(String)
        case list([TemplateNode])
        case map(TemplateMap)
        /// What `AWS::NoValue` leaves: the property is treated as not written.
        case absent
        /// A value that could not be resolved; its error is reported already, so readers pass over it in silence.
        case unknown
    }

    var value: Value
    var location: SourceLocation
    /// A plain scalar as it is written, where that is not its text: `No`, `017`.
    private var spelling: String?

    init(_ value: Value, at location: SourceLocation, spelled spelling: String? = nil) {
        self.value = value
        self.location = location
        self.spelling = spelling
    }

    var list: [TemplateNode]? { if case .list(let elements) = self.value { elements } else { nil } }
    var map: TemplateMap? { if case .map(let members) = self.value { members } else { nil } }

    /// The text of a scalar as CloudFormation writes it where a string is wanted: `true`, `300`, `1.1`.
    var text: String? {
        switch self.value {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null, .list, .map, .absent, .unknown: nil
        }
    }

    /// The scalar where it names something: a condition may be called `No`, a key of a mapping `017`.
    var name: String? { self.spelling ?? self.text }

    var isUnknown: Bool { if case .unknown = self.value { true } else { false } }
    var isAbsent: Bool { if case .absent = self.value { true } else { false } }

    /// What kind of value this is, for an error text.
    var kind: String {
        switch self.value {
        case .null: "empty"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a text"
        case .list: "a list"
        case .map: "a map"
        case .absent: "AWS::NoValue"
        case .unknown: "unknown"
        }
    }

    /// The name and argument of the intrinsic function that this map is, such as `Fn::Sub`; `nil` for any other value.
    ///
    /// `Condition` is one only inside of conditions: elsewhere it is a name like any other.
    var intrinsic: (name: String, argument: TemplateNode)? {
        guard let map, map.entries.count == 1, let entry = map.entries.first else { return nil }
        guard entry.name == "Ref" || entry.name.hasPrefix("Fn::") else { return nil }
        return (entry.name, entry.value)
    }
}

/// The members of a map in the order of the text.
struct TemplateMap: Sendable {
    struct Entry: Sendable {
        var name: String
        /// Of the name, where the value has its own.
        var location: SourceLocation
        var value: TemplateNode
    }

    private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    init() {}

    init(_ entries: [Entry]) {
        for entry in entries { self.set(entry) }
    }

    subscript(name: String) -> TemplateNode? { self.places[name].map { self.entries[$0].value } }
    func entry(_ name: String) -> Entry? { self.places[name].map { self.entries[$0] } }
    var names: [String] { self.entries.map(\.name) }

    /// Replaces the member of that name, or adds it behind the others.
    mutating func set(_ entry: Entry) {
        if let place = self.places[entry.name] {
            self.entries[place] = entry
        } else {
            self.places[entry.name] = self.entries.count
            self.entries.append(entry)
        }
    }
}

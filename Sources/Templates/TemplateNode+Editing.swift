/// Building and changing values, for readers that make one value of several.
extension TemplateNode {
    static func text(_ text: String, at location: SourceLocation) -> TemplateNode { TemplateNode(.string(text), at: location) }
    static func bool(_ value: Bool, at location: SourceLocation) -> TemplateNode { TemplateNode(.bool(value), at: location) }

    static func list(_ elements: [TemplateNode], at location: SourceLocation) -> TemplateNode {
        TemplateNode(.list(elements), at: location)
    }

    static func texts(_ elements: [String], at location: SourceLocation) -> TemplateNode {
        .list(elements.map { .text($0, at: location) }, at: location)
    }

    static func map(_ members: [(String, TemplateNode)], at location: SourceLocation) -> TemplateNode {
        TemplateNode(
            .map(TemplateMap(members.map { .init(name: $0.0, location: $0.1.location, value: $0.1) })), at: location)
    }

    /// A member of a map. Setting one in a value that is no map makes it a map; `nil` removes.
    subscript(member name: String) -> TemplateNode? {
        get { self.map?[name] }
        set {
            var members = self.map ?? TemplateMap()
            if let newValue {
                let location = members.entry(name)?.location ?? newValue.location
                members.set(.init(name: name, location: location, value: newValue))
            } else {
                members = TemplateMap(members.entries.filter { $0.name != name })
            }
            self.value = .map(members)
        }
    }

    /// `true` for what a text template would call true: `true`, `"true"`.
    var isTrue: Bool { self.text == "true" }
}

/// `${AWS::AccountId}`, `${AWS::Region}` and `${AWS::Partition}` in a definition, which API Gateway replaces as it imports it
/// (API Gateway developer guide, "AWS variables for OpenAPI import").
struct PseudoParameters {
    private let values: [(name: String, value: String)]

    init(_ options: TemplateOptions) {
        self.values = [
            ("${AWS::AccountId}", options.accountID), ("${AWS::Region}", options.region),
            ("${AWS::Partition}", options.partition),
        ]
    }

    func replaced(in reader: PropertyReader) -> PropertyReader {
        guard let members = self.replaced(in: TemplateNode(.map(reader.members), at: reader.location)).map else { return reader }
        return PropertyReader(reader.evaluation, members, at: reader.location, path: reader.path)
    }

    /// Recursion ends with the document's depth, which the parser bounds.
    private func replaced(in node: TemplateNode) -> TemplateNode {
        switch node.value {
        case .string(let text) where text.contains("${AWS::"):
            return .text(self.values.reduce(text) { $0.replacing($1.name, with: $1.value) }, at: node.location)
        case .list(let elements): return .list(elements.map(self.replaced), at: node.location)
        case .map(let members):
            return TemplateNode(
                .map(
                    TemplateMap(
                        members.entries.map { .init(name: $0.name, location: $0.location, value: self.replaced(in: $0.value)) })),
                at: node.location)
        case .null, .bool, .number, .string, .absent, .unknown: return node
        }
    }
}

import LambdaCore

/// Reads the layers of a function: references to layer versions of this template, or local folders and zip archives written
/// straight into the list (which only this host takes).
struct LayerReader {
    let evaluation: Evaluation
    let properties: PropertyReader

    init(_ evaluation: Evaluation, _ properties: PropertyReader) {
        self.evaluation = evaluation
        self.properties = properties
    }

    func read() -> [CodeSource] {
        guard let elements = self.properties.list("Layers") else { return [] }
        if elements.count > FunctionLimits.layers {
            self.properties.error(
                "A function has at most \(FunctionLimits.layers) layers; these are \(elements.count).", at: "Layers")
        }
        return elements.enumerated().compactMap { index, element in
            if element.isUnknown { return nil }
            let path = "\(self.properties.path("Layers"))/\(index)"
            guard let text = element.text else {
                self.evaluation.error(
                    "A layer is a reference or a path; this is \(element.kind).", at: element.location, path: path)
                return nil
            }
            if text.hasPrefix("arn:") { return self.layer(arn: text, element, path: path) }
            let reader = PropertyReader(
                self.evaluation, TemplateMap([.init(name: "Layers", location: element.location, value: element)]),
                at: element.location,
                path: { _ in path })
            return LocalCode.read(element, "Layers", in: reader, evaluation: self.evaluation, archives: [".zip"])
        }
    }

    private func layer(arn: String, _ element: TemplateNode, path: String) -> CodeSource? {
        for name in self.evaluation.resourceOrder {
            guard let resource = self.evaluation.resources[name], Self.types.contains(resource.type),
                let reference = self.evaluation.value(named: name, at: element.location, path: path)?.text, reference == arn
            else { continue }
            return self.content(of: resource)
        }
        self.evaluation.notice(
            "\(arn) is on AWS and is not fetched; the function runs without it. Unpack it and give its folder.",
            at: element.location,
            path: path)
        return nil
    }

    static let types: Set<String> = ["AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"]

    private func content(of resource: Resource) -> CodeSource? {
        let reader = PropertyReader(self.evaluation, resource)
        let property = resource.type == "AWS::Serverless::LayerVersion" ? "ContentUri" : "Content"
        guard let value = reader.value(property) else {
            if reader.members[property] == nil {
                reader.error("Property '\(property)' is required. Give the layer's folder or zip archive.", at: property)
            }
            return nil
        }
        return LocalCode.read(value, property, in: reader, evaluation: self.evaluation, archives: [".zip"])
    }
}

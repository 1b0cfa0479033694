import LambdaCore

/// Finds the code of a function.
///
/// A function with `Metadata: BuildMethod: swift` is a product of the Swift package in its CodeUri (the template's own folder
/// unless given). The product's name is `Metadata.BuildProperties.Product` if given; else the Handler, unless that is
/// `bootstrap` or has a dot and so can't mean a product; else the logical id. The Handler stays what the template says.
struct CodeReader {
    static let inlineBytes = 4_194_304

    let evaluation: Evaluation
    let resource: Resource
    let properties: PropertyReader

    init(_ function: FunctionReader) {
        self.evaluation = function.evaluation
        self.resource = function.resource
        self.properties = function.properties
    }

    private var isServerless: Bool { self.resource.type == "AWS::Serverless::Function" }
    private var codeProperty: String { self.isServerless ? "CodeUri" : "Code" }

    func read(runtime: Runtime) -> CodeSource? {
        let metadata = PropertyReader(
            self.evaluation, self.resource.metadata, at: self.resource.location, path: { "\(self.resource.path)/Metadata/\($0)" })
        let method = metadata.text("BuildMethod")
        if method == "swift" { return self.swiftProduct(metadata, runtime: runtime) }
        if let method {
            metadata.notice(
                "\(method) builds are not run here; the code is used as it lies in \(self.codeProperty).", at: "BuildMethod")
        }
        if self.isServerless, self.properties.members["InlineCode"] != nil {
            return self.properties.text("InlineCode").flatMap { self.inline($0, runtime: runtime, at: "InlineCode") }
        }
        guard let value = self.properties.value(self.codeProperty) else {
            if self.properties.members[self.codeProperty] == nil {
                self.properties.error(
                    "Property '\(self.codeProperty)' is required. Give the folder or zip archive with the function's code.",
                    at: self.codeProperty)
            }
            return nil
        }
        if !self.isServerless, let text = value.map?["ZipFile"]?.text {
            return self.inline(text, runtime: runtime, at: self.codeProperty)
        }
        return LocalCode.read(
            value, self.codeProperty, in: self.properties, evaluation: self.evaluation,
            archives: runtime.family == .provided ? [".zip"] : [".zip", ".jar"])
    }

    private func inline(_ text: String, runtime: Runtime, at property: String) -> CodeSource? {
        let fileName: String? =
            switch runtime.family {
            case .python: "index.py"
            case .nodejs: "index.js"
            case .provided, nil: nil
            }
        guard let fileName else {
            self.properties.error(
                "Code in the template works only for Python and Node.js. Use \(self.codeProperty) with a folder.", at: property)
            return nil
        }
        guard text.utf8.count <= Self.inlineBytes else {
            self.properties.error("Code in the template may have \(Self.inlineBytes) bytes. Move it to a folder.", at: property)
            return nil
        }
        return .inline(text: text, fileName: fileName)
    }

    private func swiftProduct(_ metadata: PropertyReader, runtime: Runtime) -> CodeSource? {
        guard runtime.family == .provided else {
            self.properties.error("A Swift product needs a provided runtime. Set Runtime to provided.al2023.", at: "Runtime")
            return nil
        }
        let given = self.properties.members[self.codeProperty]
        let text = given == nil ? "." : self.properties.text(self.codeProperty)
        guard let text else { return nil }
        let folder = FilePath.absolute(text, from: self.evaluation.folder)
        guard self.evaluation.files.kind(folder + "/Package.swift") == .file else {
            self.properties.error(
                "\(folder) holds no Package.swift, which BuildMethod: swift needs. Point \(self.codeProperty) at the package's folder.",
                at: self.codeProperty)
            return nil
        }
        return .swiftProduct(package: folder, product: self.product(metadata))
    }

    private func product(_ metadata: PropertyReader) -> String {
        if let product = metadata.map("BuildProperties")?.text("Product") { return product }
        if let handler = self.properties.text("Handler"), handler != "bootstrap", !handler.contains("."), !handler.isEmpty {
            return handler
        }
        return self.resource.logicalID
    }
}

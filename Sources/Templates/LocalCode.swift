import LambdaCore

/// A folder or archive that a property of the template names: `CodeUri`, `Code`, `ContentUri`, `Content`.
enum LocalCode {
    static func read(
        _ value: TemplateNode, _ property: String, in properties: PropertyReader, evaluation: Evaluation, archives: [String]
    ) -> CodeSource? {
        if value.map != nil {
            properties.error("\(property) is in S3, which is not read here. Give a local folder or zip archive.", at: property)
            return nil
        }
        guard let text = value.text else {
            properties.error("\(property) takes a path; this is \(value.kind).", at: property)
            return nil
        }
        guard !text.hasPrefix("s3://"), !text.hasPrefix("https://"), !text.hasPrefix("http://") else {
            properties.error(
                "\(text) is not a local path, and nothing is fetched here. Give a local folder or zip archive.", at: property)
            return nil
        }
        let path = FilePath.absolute(text, from: evaluation.folder)
        switch evaluation.files.kind(path) {
        case .folder:
            return .folder(path)
        case .file where archives.contains(where: path.lowercased().hasSuffix):
            return .archive(path)
        case .file:
            properties.error("\(path) is neither a folder nor a zip archive. Name the folder that holds it.", at: property)
        case nil:
            properties.error(
                "\(path) doesn't exist. Make it, or correct \(property); paths start from the template's folder.", at: property)
        }
        return nil
    }
}

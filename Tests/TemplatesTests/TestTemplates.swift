import APIGateway
import LambdaCore
import Templates

/// A file system that has whatever a test asks for.
let files = TemplateFiles { path in
    if path.contains("missing") { return nil }
    let last = path.split(separator: "/").last ?? ""
    return last == "Package.swift" || last.hasSuffix(".zip") || last.hasSuffix(".txt") ? .file : .folder
}

func load(_ text: String, _ configure: (inout TemplateOptions) -> Void = { _ in }) throws(TemplateError) -> Deployment {
    var options = TemplateOptions()
    configure(&options)
    return try TemplateLoader.load(text: text, folder: "/project", options: options, files: files)
}

/// The error lines of a template that can't be used; none when it can.
func errors(_ text: String, _ configure: (inout TemplateOptions) -> Void = { _ in }) -> [String] {
    do {
        _ = try load(text, configure)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}

/// A serverless function `F` with these lines as its properties, each indented once more than given.
func function(_ properties: String, sections: String = "", resources: String = "") -> String {
    """
    Transform: AWS::Serverless-2016-10-31
    \(sections)
    Resources:
      F:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src
          Handler: app.handler
          Runtime: python3.13
    \(indented(properties, by: 6))
    \(indented(resources, by: 2))
    """
}

func indented(_ text: String, by count: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String(repeating: " ", count: count) + $0 }
        .joined(separator: "\n")
}

/// The value that an environment variable takes from an expression.
func value(of expression: String, sections: String = "", resources: String = "") throws -> String? {
    let text = function("Environment:\n  Variables:\n    VALUE: \(expression)", sections: sections, resources: resources)
    return try load(text).functions[0].configuration.environment["VALUE"]
}

package import APIGateway
import LambdaCore

/// Reads an OpenAPI or Swagger file as an API by itself.
///
/// The document says which kind it is: an HTTP API by what only HTTP APIs have (`x-amazon-apigateway-cors`,
/// `x-amazon-apigateway-importexport-version`, payload format 2.0, JWT authorizers, a default route, a subtype), else a REST API.
/// Its base path names the stage, as an exported document has it; without one the stage is `Prod`, or `$default`.
package enum OpenAPILoader {
    /// The logical id of such an API; its id comes of it.
    package static let logicalID = "OpenAPI"

    /// - Parameters:
    ///   - path: Of the file, absolute or from the current folder.
    ///   - deployment: what stands beside it, whose functions and links it may name.
    package static func load(
        path: String, beside deployment: Deployment = Deployment(), options: TemplateOptions = TemplateOptions()
    ) throws(TemplateError) -> (api: API, places: GatewayPlaces, notices: [Notice]) {
        let absolute = FilePath.absolute(path, from: TemplateFiles.currentFolder)
        return try self.load(
            text: TemplateFiles.read(path), file: path, folder: FilePath.folder(of: absolute), beside: deployment,
            options: options)
    }

    /// - Parameters:
    ///   - file: The name for error messages.
    ///   - folder: Absolute; local paths of the document start here.
    package static func load(
        text: String, file: String = "openapi.yaml", folder: String = "/", beside deployment: Deployment = Deployment(),
        options: TemplateOptions = TemplateOptions(), files: TemplateFiles = .disk
    ) throws(TemplateError) -> (api: API, places: GatewayPlaces, notices: [Notice]) {
        let evaluation = Evaluation(options: options, files: files, file: file, folder: folder)
        let root = evaluation.resolve(try TemplateParser.parse(text, file: file, as: .definition), path: "")
        guard let members = root.map else {
            throw TemplateError([
                TemplateDiagnostic(at: root.location, path: "", message: "Invalid OpenAPI input. The document has to be a map.")
            ])
        }
        let reader = PropertyReader(evaluation, members, at: root.location) { $0 }
        let api = self.read(reader)
        try evaluation.diagnostics.throwIfAny()
        guard let api else {
            throw TemplateError([TemplateDiagnostic(at: root.location, path: "", message: "Invalid OpenAPI input.")])
        }
        GatewayQuotas(evaluation: evaluation).check(api, at: root.location, path: "paths")
        GatewayReader(evaluation: evaluation).check(
            api, Set(deployment.functions.map(\.configuration.name)), links: Set(deployment.gateway.vpcLinks.map(\.id)),
            at: root.location, path: "")
        evaluation.gatewayPlaces.add(api: api.id, at: root.location, path: "")
        return (api, evaluation.gatewayPlaces, evaluation.diagnostics.notices)
    }

    private static func read(_ reader: PropertyReader) -> API? {
        guard let document = OpenAPIDocument(reader) else { return nil }
        let id = API.id(forLogicalID: self.logicalID)
        let name = document.title ?? reader.evaluation.options.stackName
        let segment = document.basePath.split(separator: "/").first.map(String.init)
        let isName = segment?.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 0x2D || $0 == 0x5F } ?? false
        let stage = isName ? segment : nil
        if self.isHTTP(reader, document) {
            var api = HTTPAPIDefinition.read(reader, into: HTTPAPI(id: id, logicalID: self.logicalID, name: name))
            api?.stages = [HTTPAPI.Stage(name: stage ?? "$default")]
            return api.map(API.http)
        }
        var api = RestAPIDefinition.read(reader, into: RestAPI(id: id, logicalID: self.logicalID, name: name))
        var served = RestAPI.Stage(name: stage ?? "Prod")
        served.deploymentID = String(API.id(forLogicalID: id + "/deployment").prefix(6))
        api?.stages = [served]
        return api.map(API.rest)
    }

    private static func isHTTP(_ reader: PropertyReader, _ document: OpenAPIDocument) -> Bool {
        if reader.members["swagger"] != nil { return false }
        let marks = ["x-amazon-apigateway-cors", "x-amazon-apigateway-importexport-version"]
        if marks.contains(where: { reader.members[$0] != nil }) { return true }
        let schemes = document.components("securitySchemes")
        if schemes.contains(where: { $0.reader.map("x-amazon-apigateway-authorizer")?.members["type"]?.text == "jwt" }) {
            return true
        }
        return document.operations().contains { operation in
            let integration = document.member("x-amazon-apigateway-integration", of: operation.reader)?.members
            return operation.reader.members["isDefaultRoute"] != nil || integration?["integrationSubtype"] != nil
                || integration?["payloadFormatVersion"]?.text == "2.0" || operation.path == "/$default"
        }
    }
}

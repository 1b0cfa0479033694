import APIGateway
import ArgumentParser
import CoreTypes
import Templates

/// An API as an OpenAPI document.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an API as an OpenAPI document with API Gateway's extensions, on stdout.",
        discussion: """
            What comes out goes back in: martlet serve --openapi FILE, or the Body of an AWS::ApiGateway::RestApi on AWS.

              martlet export --format openapi > api.json
              martlet export --api ServerlessRestApi --stage Prod --format swagger
            """)

    @Option(help: "openapi (3.0.1), or swagger (2.0, REST APIs only).")
    var format = OpenAPIExport.Format.openAPI

    @Option(help: "The API, by logical id, id or name; not needed when there is one.")
    var api: String?

    @Option(help: "The stage that addresses in the document name; the first one otherwise.")
    var stage: String?

    @OptionGroup var input: OpenAPIInput
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let project = try Project(self.shared, openAPI: self.input.file)
        let api = try self.chosen(project.deployment.gateway.apis)
        if self.format == .swagger, api.kind == .http {
            throw CommandFailure.usage("\(api.logicalID) is an HTTP API, which has no Swagger form. Use --format openapi.")
        }
        if let stage = self.stage, !api.stageNames.contains(stage) {
            throw CommandFailure.usage(
                "\(api.logicalID) has no stage \(stage); it has \(api.stageNames.joined(separator: ", ")).")
        }
        let export = OpenAPIExport(format: self.format, stage: self.stage ?? api.stageNames.first, region: self.shared.region)
        Terminal.output(Array((export.document(of: api).prettyText + "\n").utf8))
    }

    private func chosen(_ apis: [API]) throws -> API {
        let names = apis.map(\.logicalID).joined(separator: ", ")
        guard let wanted = self.api else {
            if let api = apis.first, apis.count == 1 { return api }
            throw CommandFailure.usage(
                apis.isEmpty ? "The template has no API." : "The template has several APIs. Name one with --api: \(names).")
        }
        if let api = apis.first(where: { $0.logicalID == wanted || $0.id == wanted }) ?? apis.first(where: { $0.name == wanted })
        {
            return api
        }
        throw CommandFailure.usage("There is no API \(wanted)\(names.isEmpty ? "." : "; there are \(names).")")
    }
}

extension OpenAPIExport.Format: ExpressibleByArgument {}

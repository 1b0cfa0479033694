import APIGateway
import ArgumentParser
import Foundation
import Templates

/// `--openapi`, for the commands that take an API from a file.
struct OpenAPIInput: ParsableArguments {
    @Option(
        help: "An OpenAPI 3 or Swagger 2 file with x-amazon-apigateway extensions, served as an API by itself (MARTLET_OPENAPI).",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var openapi: String?

    var file: String? { self.openapi ?? Defaults.text("MARTLET_OPENAPI") }
}

extension Deployment {
    /// What the template says and the API of the file. A template that isn't there is none: the file stands by itself.
    static func load(
        template: String, openAPI file: String?, options: TemplateOptions
    ) throws(TemplateError) -> Deployment {
        guard let file else { return try TemplateLoader.load(path: template, options: options) }
        var deployment = Deployment()
        if FileManager.default.fileExists(atPath: template) {
            deployment = try TemplateLoader.load(path: template, options: options)
        }
        let (api, places, notices) = try OpenAPILoader.load(path: file, beside: deployment, options: options)
        deployment.gatewayPlaces.merge(places)
        deployment.gateway.apis.append(api)
        deployment.notices += notices
        return deployment
    }
}

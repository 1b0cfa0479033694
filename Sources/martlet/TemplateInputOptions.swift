import APIGateway
import ArgumentParser
import CoreTypes
import Foundation

/// What a mapping template is rendered with: a proxy event, or its parts, which win over the event's.
struct TemplateInputOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "A proxy event (format 1.0 or 2.0), or - for standard input: its body, parameters, context and stage variables.",
        completion: .file())
    var event: String?

    @Option(name: [.short, .long], help: "A file with the body, or - for standard input: $input.", completion: .file())
    var input: String?

    @Option(
        help: #"A JSON file with parameters: {"path":{…},"querystring":{…},"header":{…}}, values are texts or lists of texts."#,
        completion: .file())
    var params: String?

    @Option(help: "A JSON file with what $context holds.", completion: .file())
    var context: String?

    @Option(parsing: .upToNextOption, help: "Stage variables: key=value …")
    var stageVariables: [String] = []

    @Option(help: "Which phase the template is for; it only matters to what an error would become: request or response.")
    var phase = CompiledTemplate.Phase.request

    /// - Throws: ``CommandFailure`` for a file that can't be read or is not what it should be.
    func mappingInput() throws -> MappingInput {
        guard [self.event, self.input].filter({ $0 == "-" }).count < 2 else {
            throw CommandFailure.usage("standard input can be the event or the body, not both")
        }
        var input = MappingInput(body: MappingBody([UInt8]()))
        if let event { input = try ProxyEventInput.input(from: InputFile.readObject(event, as: "the event"), name: event) }
        if let path = self.input { input.body = MappingBody(try InputFile.read(path, as: "the body")) }
        if let params {
            let object = JSON.object(try InputFile.readObject(params, as: "the parameters"))
            do throws(TemplateTrial.Problem) {
                input.parameters = try TemplateTrial.parameters(object)
            } catch {
                throw CommandFailure.usage("\(params): \(error.message)")
            }
        }
        if let context { input.context = MappingContext(try InputFile.readObject(context, as: "the context")) }
        for variable in self.stageVariables {
            guard let mark = variable.firstIndex(of: "="), mark != variable.startIndex else {
                throw CommandFailure.usage("a stage variable is written key=value, not '\(variable)'")
            }
            input.stageVariables[String(variable[..<mark])] = String(variable[variable.index(after: mark)...])
        }
        return input
    }
}

extension CompiledTemplate.Phase: ExpressibleByArgument {}

/// What a proxy event says of the request that it was made from.
enum ProxyEventInput {
    static func input(from event: JSONObject, name: String) throws -> MappingInput {
        guard event["requestContext"] != nil || event["httpMethod"] != nil else {
            throw CommandFailure.usage("\(name) is no proxy event, it has no requestContext. For a body alone use --input.")
        }
        var input = MappingInput(body: try self.body(event, name: name))
        input.parameters.path = self.lists(event["pathParameters"])
        input.parameters.querystring = self.lists(event["multiValueQueryStringParameters"] ?? event["queryStringParameters"])
        input.parameters.header = self.lists(event["multiValueHeaders"] ?? event["headers"])
        input.context = MappingContext(self.context(event["requestContext"]?.objectValue ?? [:]))
        for (variable, value) in event["stageVariables"]?.objectValue?.members ?? [] {
            input.stageVariables[variable] = value.stringValue ?? value.description
        }
        return input
    }

    private static func body(_ event: JSONObject, name: String) throws -> MappingBody {
        guard let text = event["body"]?.stringValue else { return MappingBody([UInt8]()) }
        guard event["isBase64Encoded"]?.boolValue == true else { return MappingBody(text) }
        guard let bytes = Base64.decode(text) else {
            throw CommandFailure.usage("the body of \(name) says that it is base64, and isn't")
        }
        return MappingBody(bytes)
    }

    private static func lists(_ map: JSON?) -> ValueLists {
        ValueLists((map?.objectValue?.members ?? []).map { ($0.name, TemplateTrial.texts($0.value)) })
    }

    /// Format 2.0 has in `http` what `$context` has beside it.
    private static func context(_ context: JSONObject) -> JSONObject {
        guard let http = context["http"]?.objectValue else { return context }
        var flat = context
        flat["http"] = nil
        flat["httpMethod"] = http["method"]
        flat["path"] = http["path"]
        flat["protocol"] = http["protocol"]
        flat["requestTime"] = context["time"]
        flat["requestTimeEpoch"] = context["timeEpoch"]
        flat["identity"] = .object(["sourceIp": http["sourceIp"] ?? .null, "userAgent": http["userAgent"] ?? .null])
        return flat
    }
}

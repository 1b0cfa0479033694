import APIGateway
import CoreTypes
import Foundation
import VTL

/// One line of `martlet template render --ndjson`: a template, what it is rendered with, and what should come out.
struct TemplateCase {
    let name: String?
    private let template: CompiledTemplate
    private let input: MappingInput
    private let variables: [String: Value]
    let expected: String?

    private static let keys: Set<String> = [
        "name", "template", "file", "variables", "phase", "body", "params", "context", "stageVariables", "expected",
    ]

    /// - Throws: ``CommandFailure`` or a template's error.
    init(_ line: String, number: Int) throws {
        let place = "line \(number)"
        let parsed = Result { () throws(JSONError) in try JSON(parsing: line) }
        guard case .success(.object(let object)) = parsed else {
            if case .failure(let error) = parsed {
                throw CommandFailure.usage("\(place) is no JSON: column \(error.column): \(error.message)")
            }
            throw CommandFailure.usage("\(place) is no JSON object")
        }
        if let unknown = object.names.first(where: { !Self.keys.contains($0) }) {
            throw CommandFailure.usage(
                "\(place): there is no '\(unknown)'; a case has \(Self.keys.sorted().joined(separator: ", "))")
        }
        if let phase = object["phase"], phase.stringValue.flatMap(CompiledTemplate.Phase.init(rawValue:)) == nil {
            throw CommandFailure.usage("\(place): the phase is request or response, not \(phase)")
        }
        self.name = object["name"]?.stringValue
        self.template = try Self.template(object, name: self.name ?? "template", place)
        var input = MappingInput(body: Self.body(object["body"]))
        input.parameters = try Self.parameters(object["params"] ?? [:], in: place)
        input.context = MappingContext(try Self.object(object["context"], "context", place))
        for (variable, value) in try Self.object(object["stageVariables"], "stageVariables", place).members {
            input.stageVariables[variable] = Self.text(value)
        }
        self.input = input
        self.variables = try Self.variables(Self.object(object["variables"], "variables", place))
        self.expected = object["expected"].map(Self.text)
    }

    func render() throws -> String {
        String(decoding: try self.template.render(self.input, variables: self.variables).body, as: UTF8.self)
    }

    private static func template(_ object: JSONObject, name: String, _ place: String) throws -> CompiledTemplate {
        switch (object["template"]?.stringValue, object["file"]?.stringValue) {
        case (let text?, nil): return try CompiledTemplate(text, name: name)
        case (nil, let path?):
            return try CompiledTemplate(String(decoding: InputFile.read(path, as: "the template"), as: UTF8.self), name: path)
        default: throw CommandFailure.usage("\(place): a case has either a 'template', its text, or a 'file'")
        }
    }

    private static func object(_ value: JSON?, _ name: String, _ place: String) throws -> JSONObject {
        guard let value, !value.isNull else { return [:] }
        guard let object = value.objectValue else {
            throw CommandFailure.usage("\(place): '\(name)' is an object, not \(value.kind)")
        }
        return object
    }

    /// A text is the body as it is; any other value is the body's JSON.
    private static func body(_ value: JSON?) -> MappingBody {
        switch value {
        case nil, .null: MappingBody([UInt8]())
        case .string(let text): MappingBody(text)
        case let value?: MappingBody(value.bytes)
        }
    }

    /// Plain references, as live objects.
    private static func variables(_ object: JSONObject) throws -> [String: Value] {
        var variables: [String: Value] = [:]
        for (name, value) in object.members { variables[name] = try MappingBody(value.bytes).document() }
        return variables
    }

    /// `{"path":{…},"querystring":{…},"header":{…}}`
    static func parameters(_ value: JSON, in place: String) throws -> RequestParameters {
        var parameters = RequestParameters()
        guard let object = value.objectValue else {
            throw CommandFailure.usage("\(place): parameters are an object of path, querystring and header, not \(value.kind)")
        }
        for (name, value) in object.members {
            let lists = ValueLists((value.objectValue?.members ?? []).map { ($0.name, self.texts($0.value)) })
            switch name {
            case "path": parameters.path = lists
            case "querystring": parameters.querystring = lists
            case "header": parameters.header = lists
            default: throw CommandFailure.usage("\(place): parameters are path, querystring and header; '\(name)' is none")
            }
        }
        return parameters
    }

    static func texts(_ value: JSON) -> [String] { value.arrayValue?.map(self.text) ?? [self.text(value)] }

    private static func text(_ value: JSON) -> String { value.stringValue ?? value.description }
}

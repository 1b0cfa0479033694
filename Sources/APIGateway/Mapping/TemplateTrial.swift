package import CoreTypes
package import VTL

/// What a mapping template is tried with, as a JSON object says it: the cases of `martlet template render --ndjson`, and the
/// playground of the console.
/// ```
/// {"phase":"request","body":{…} or "text","params":{"path":{…},"querystring":{…},"header":{…}},
///  "context":{…},"stageVariables":{…},"variables":{…}}
/// ```
package struct TemplateTrial {
    /// What of the object is not as it should be; a sentence.
    package struct Problem: Error, Hashable {
        package let message: String
    }

    package let phase: CompiledTemplate.Phase
    package let input: MappingInput
    /// Further names, as live objects; the gateway knows none.
    package let variables: [String: Value]

    package static let keys: Set<String> = ["variables", "phase", "body", "params", "context", "stageVariables"]

    package init(_ object: JSONObject) throws(Problem) {
        self.phase = try Self.phase(object["phase"])
        var input = MappingInput(body: Self.body(object["body"]))
        input.parameters = try Self.parameters(object["params"] ?? [:])
        input.context = MappingContext(try Self.object(object["context"], "context"))
        for (variable, value) in try Self.object(object["stageVariables"], "stageVariables").members {
            input.stageVariables[variable] = Self.text(value)
        }
        self.input = input
        self.variables = try Self.variables(Self.object(object["variables"], "variables"))
    }

    private static func phase(_ value: JSON?) throws(Problem) -> CompiledTemplate.Phase {
        guard let value else { return .request }
        guard let phase = value.stringValue.flatMap(CompiledTemplate.Phase.init(rawValue:)) else {
            throw Problem(message: "the phase is request or response, not \(value)")
        }
        return phase
    }

    private static func object(_ value: JSON?, _ name: String) throws(Problem) -> JSONObject {
        guard let value, !value.isNull else { return [:] }
        guard let object = value.objectValue else { throw Problem(message: "'\(name)' is an object, not \(value.kind)") }
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

    private static func variables(_ object: JSONObject) throws(Problem) -> [String: Value] {
        var variables: [String: Value] = [:]
        for (name, value) in object.members {
            do throws(MappingFailure) {
                variables[name] = try MappingBody(value.bytes).document()
            } catch {
                throw Problem(message: "the variable '\(name)': \(error)")
            }
        }
        return variables
    }

    /// `{"path":{…},"querystring":{…},"header":{…}}`, values are texts or lists of texts.
    package static func parameters(_ value: JSON) throws(Problem) -> RequestParameters {
        var parameters = RequestParameters()
        guard let object = value.objectValue else {
            throw Problem(message: "parameters are an object of path, querystring and header, not \(value.kind)")
        }
        for (name, value) in object.members {
            let lists = ValueLists((value.objectValue?.members ?? []).map { ($0.name, self.texts($0.value)) })
            switch name {
            case "path": parameters.path = lists
            case "querystring": parameters.querystring = lists
            case "header": parameters.header = lists
            default: throw Problem(message: "parameters are path, querystring and header; '\(name)' is none")
            }
        }
        return parameters
    }

    package static func texts(_ value: JSON) -> [String] { value.arrayValue?.map(self.text) ?? [self.text(value)] }
    package static func text(_ value: JSON) -> String { value.stringValue ?? value.description }
}

extension TemplateTrial {
    /// Renders `{"template":"…"}` with the members of a trial:
    /// ```
    /// {"output":"…","overrides":{"responseOverride.status":201}}
    /// {"error":"…","line":3,"column":7,"status":500}
    /// ```
    /// `status` is what API Gateway would answer to such a request. An error without it is one of the trial itself.
    package static func answer(to request: JSON) -> JSON {
        guard let object = request.objectValue, let text = object["template"]?.stringValue else {
            return ["error": "the request is an object with a 'template', its text"]
        }
        if let unknown = object.names.first(where: { $0 != "template" && !self.keys.contains($0) }) {
            return [
                "error": .string("there is no '\(unknown)'; a trial has template, \(self.keys.sorted().joined(separator: ", "))")
            ]
        }
        do {
            let trial = try TemplateTrial(object)
            return self.rendered(text, trial)
        } catch let problem {
            return ["error": .string(problem.message)]
        }
    }

    private static func rendered(_ text: String, _ trial: TemplateTrial) -> JSON {
        let template: CompiledTemplate
        do throws(TemplateError) {
            template = try CompiledTemplate(text)
        } catch {
            return self.failure(error.message, at: error.position, status: 500)
        }
        do throws(MappingFailure) {
            let rendered = try template.render(trial.input, variables: trial.variables)
            return [
                "output": .string(String(decoding: rendered.body, as: UTF8.self)), "overrides": rendered.overrides.json,
            ]
        } catch {
            let status = error.isClientFault(in: trial.phase) ? 400 : 500
            guard case .template(let fault) = error else { return self.failure("\(error)", at: nil, status: status) }
            return self.failure(fault.message, at: fault.position, status: status)
        }
    }

    private static func failure(_ message: String, at position: Position?, status: Int) -> JSON {
        var answer: JSONObject = ["error": .string(message)]
        answer["line"] = position.map { .number(JSONNumber($0.line)) }
        answer["column"] = position.map { .number(JSONNumber($0.column)) }
        answer["status"] = .number(JSONNumber(status))
        return .object(answer)
    }
}

extension MappingOverrides {
    /// Those of names and values, by what a template calls them.
    package var lists: [(name: String, lists: ValueLists)] {
        [
            ("requestOverride.path", self.requestPath), ("requestOverride.querystring", self.requestQuerystring),
            ("requestOverride.header", self.requestHeaders), ("responseOverride.header", self.responseHeaders),
        ]
    }

    /// `{"responseOverride.status":201,"responseOverride.header":{"Location":["/x"]}}`
    package var json: JSON {
        var document = JSONObject()
        if let status = self.responseStatus { document["responseOverride.status"] = .number(JSONNumber(status)) }
        for (name, lists) in self.lists where !lists.isEmpty {
            document[name] = .object(JSONObject(lists.entries.map { ($0.name, .array($0.values.map(JSON.string))) }))
        }
        return .object(document)
    }
}

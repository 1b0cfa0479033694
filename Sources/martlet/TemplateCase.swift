import APIGateway
import CoreTypes
import Foundation

/// One line of `martlet template render --ndjson`: a template, what it is rendered with, and what should come out.
struct TemplateCase {
    let name: String?
    private let template: CompiledTemplate
    private let trial: TemplateTrial
    let expected: String?

    private static let keys = TemplateTrial.keys.union(["name", "template", "file", "expected"])

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
        self.name = object["name"]?.stringValue
        do throws(TemplateTrial.Problem) {
            self.trial = try TemplateTrial(object)
        } catch {
            throw CommandFailure.usage("\(place): \(error.message)")
        }
        self.template = try Self.template(object, name: self.name ?? "template", place)
        self.expected = object["expected"].map(TemplateTrial.text)
    }

    func render() throws -> String {
        String(decoding: try self.template.render(self.trial.input, variables: self.trial.variables).body, as: UTF8.self)
    }

    private static func template(_ object: JSONObject, name: String, _ place: String) throws -> CompiledTemplate {
        switch (object["template"]?.stringValue, object["file"]?.stringValue) {
        case (let text?, nil): return try CompiledTemplate(text, name: name)
        case (nil, let path?):
            return try CompiledTemplate(String(decoding: InputFile.read(path, as: "the template"), as: UTF8.self), name: path)
        default: throw CommandFailure.usage("\(place): a case has either a 'template', its text, or a 'file'")
        }
    }
}

import CoreTypes
import VTL

/// `$util`: the functions of ``MappingFunctions`` by their names in templates. An argument that is no text is taken as
/// its text.
final class UtilObject: TemplateObject {
    var text: String { "" }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        guard arguments.count == 1 else { return nil }
        let argument = arguments[0].text
        switch method {
        case "escapeJavaScript": return .string(MappingFunctions.escapeJavaScript(argument))
        case "parseJson": return try Self.parseJSON(argument)
        case "urlEncode": return .string(MappingFunctions.urlEncode(argument))
        case "urlDecode":
            guard let decoded = MappingFunctions.urlDecode(argument) else {
                throw MethodFailure("IllegalArgumentException: a '%' without two hexadecimal digits in '\(argument)'")
            }
            return .string(decoded)
        case "base64Encode": return .string(MappingFunctions.base64Encode(argument))
        case "base64Decode": return .string(MappingFunctions.base64Decode(argument))
        default: return nil
        }
    }

    private static func parseJSON(_ text: String) throws(MethodFailure) -> Value {
        do throws(JSONError) {
            return Value(try PermissiveJSONReader.read(text))
        } catch {
            throw MethodFailure("the text for parseJson can't be read as JSON: \(error)")
        }
    }
}

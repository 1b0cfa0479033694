import CoreTypes

/// A policy document: a map, or a text that holds one as JSON.
enum PolicyReader {
    static func read(_ value: TemplateNode, at property: String, of reader: PropertyReader) -> JSON? {
        var json = value.json
        if let text = value.text {
            do {
                json = try JSON(parsing: Array(text.utf8))
            } catch {
                reader.error("The policy is no JSON: \(error)", at: property)
                return nil
            }
        }
        guard let statements = json["Statement"] else {
            reader.error("A policy is a map with a Statement.", at: property)
            return nil
        }
        let length = json.description.count
        if length > RestAPILimits.policyLength {
            reader.error(
                "The policy has \(length) characters; API Gateway takes at most \(RestAPILimits.policyLength). Shorten it.",
                at: property)
            return nil
        }
        for statement in statements.arrayValue ?? [statements] {
            let effect = statement["Effect"]?.stringValue
            if effect != "Allow", effect != "Deny" {
                reader.error("Each statement of a policy needs Effect: Allow or Deny.", at: property)
                return nil
            }
        }
        return json
    }
}

import CoreTypes

/// A map of texts as JSON, sorted by name.
enum MapCoding {
    static func encode(_ map: [String: String]) -> String { JSON.object(JSONObject(sorted: map)).description }

    static func decode(_ text: String?) -> [String: String]? {
        // Whoever asks says what is wrong with the row; where its JSON fails adds nothing.
        guard let text, let members = (try? JSON(parsing: text))?.objectValue?.members else { return nil }
        var map: [String: String] = [:]
        for member in members {
            guard let value = member.value.stringValue else { return nil }
            map[member.name] = value
        }
        return map
    }
}

import CoreTypes

/// The body of `POST /extension/register`: `{"events":["INVOKE","SHUTDOWN"]}`. An empty list is allowed.
struct RegisterRequest {
    private let events: [String]

    init(parsing body: some Sequence<UInt8>) throws(ExtensionsAPIError) {
        let object: JSONObject
        switch Array(body).withUnsafeBytes({ JSON.parse($0) }) {
        case .success(.object(let parsed)): object = parsed
        case .success(let other): throw .invalidRequest("the body should be an object, not \(other.kind)")
        case .failure(let error): throw .invalidRequest("\(error)")
        }
        if let keys = object["configurationKeys"]?.arrayValue, !keys.isEmpty {
            throw .invalidRequest("configurationKeys are deprecated; use environment variables instead")
        }
        guard let events = object["events"], !events.isNull else {
            self.events = []
            return
        }
        guard let names = events.arrayValue?.map(\.stringValue), !names.contains(nil) else {
            throw .invalidRequest("events should be an array of strings")
        }
        self.events = names.compactMap(\.self)
    }

    /// In the order given, each once.
    var kinds: [ExtensionEvent.Kind] {
        var kinds: [ExtensionEvent.Kind] = []
        for kind in self.events.compactMap({ ExtensionEvent.Kind(rawValue: $0) }) where !kinds.contains(kind) {
            kinds.append(kind)
        }
        return kinds
    }

    /// External extensions may ask for both events, internal ones only for INVOKE.
    func validate(isExternal: Bool) throws(ExtensionsAPIError) {
        for event in self.events {
            switch ExtensionEvent.Kind(rawValue: event) {
            case nil: throw .invalidEvent(event, reason: "unknown event type")
            case .shutdown where !isExternal: throw .invalidEvent(event, reason: "not available to internal extensions")
            case .invoke, .shutdown: break
            }
        }
    }
}

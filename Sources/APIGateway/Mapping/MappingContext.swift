package import CoreTypes

/// `$context` of one mapping: `{"requestId": "…", "identity": {"sourceIp": "…"}, "authorizer": {…}, …}`. It is asked name by name:
/// a template uses few of its thirty variables, and some of them take work.
package struct MappingContext {
    private enum Source {
        case object(JSONObject)
        case request(RequestContext)
    }

    private let source: Source

    package init(_ object: JSONObject = JSONObject()) { self.source = .object(object) }

    init(_ request: RequestContext) { self.source = .request(request) }

    /// The value of a name of the first level; `nil` where there is none.
    subscript(name: String) -> JSON? {
        switch self.source {
        case .object(let object): object[name]
        case .request(let request): request.contextMember(name)
        }
    }

    /// All of it.
    var object: JSONObject {
        switch self.source {
        case .object(let object): object
        case .request(let request): request.contextObject
        }
    }

    /// The text at a path of names, `identity.sourceIp`: of a string, number or boolean; `nil` for anything else.
    func text(at path: String) -> String? {
        switch self.source {
        case .object(let object): object.text(at: path)
        case .request(let request): request.contextText(at: path)
        }
    }
}

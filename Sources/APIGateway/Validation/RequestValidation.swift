import CoreTypes

/// What a method of a REST API asks of a request (API Gateway developer guide, "Request validation for REST APIs in API
/// Gateway"). HTTP APIs ask nothing.
struct RequestValidation: Sendable {
    /// Required ones, in the order header, path, query; within each as declared.
    private let parameters: [RestAPI.RequestParameter]
    private let validatesBody: Bool
    /// By content type in lower case.
    private let schemas: [String: JSONSchema]
    /// Content types whose model can't be checked: such bodies are refused.
    private let unusable: Set<String>

    static let none = RequestValidation(parameters: [], validatesBody: false, schemas: [:], unusable: [])

    private init(
        parameters: [RestAPI.RequestParameter], validatesBody: Bool, schemas: [String: JSONSchema], unusable: Set<String>
    ) {
        self.parameters = parameters
        self.validatesBody = validatesBody
        self.schemas = schemas
        self.unusable = unusable
    }

    init(_ method: RestAPI.Method, of api: RestAPI, note: (String) -> Void) {
        guard let name = method.requestValidator, let validator = api.requestValidators.first(where: { $0.name == name }) else {
            if let name = method.requestValidator { note("there is no request validator \(name)") }
            self = .none
            return
        }
        var schemas: [String: JSONSchema] = [:]
        var unusable: Set<String> = []
        if validator.validatesBody {
            let models = Dictionary(api.models.map { ($0.name, $0.schema) }) { first, _ in first }
            for reference in method.requestModels {
                let type = reference.contentType.lowercased()
                // `Empty` exists in every API and takes everything.
                guard let model = models[reference.model] else {
                    if reference.model != "Empty", reference.model != "Error" {
                        note("there is no model \(reference.model)")
                        unusable.insert(type)
                    }
                    continue
                }
                do throws(JSONSchema.Problem) {
                    schemas[type] = try JSONSchema(model, models: models)
                } catch {
                    note("model \(reference.model): \(error)")
                    unusable.insert(type)
                }
            }
        }
        let order: [RestAPI.RequestParameter.Location] = [.header, .path, .querystring]
        self.init(
            parameters: validator.validatesParameters
                ? order.flatMap { location in method.requestParameters.filter { $0.isRequired && $0.location == location } } : [],
            validatesBody: validator.validatesBody, schemas: schemas, unusable: unusable)
    }

    /// Parameters first, then the body.
    func check(_ context: RequestContext) throws(GatewayFault) {
        let missing = self.parameters.filter { parameter in
            let value = context.validatedValue(parameter)
            return value?.utf8.allSatisfy { $0 == UInt8(ascii: " ") } ?? true
        }
        guard missing.isEmpty else { throw .missingParameters(missing.map(\.name)) }
        guard self.validatesBody else { return }
        let type = context.request.headers.last("content-type").flatMap(BinaryMediaTypes.mediaType)?.lowercased()
        guard
            let key = [type ?? "application/json", "$default"].first(where: {
                self.schemas[$0] != nil || self.unusable.contains($0)
            })
        else { return }
        guard let schema = self.schemas[key] else { throw .configurationError }
        try self.check(context.body, schema)
    }

    /// An empty body counts as `{}`.
    private func check(_ body: [UInt8], _ schema: JSONSchema) throws(GatewayFault) {
        let value: JSON
        if body.isEmpty {
            value = .object(JSONObject())
        } else {
            do throws(JSONError) {
                value = try JSON(parsing: body)
            } catch {
                throw .invalidBody(["Unable to parse JSON: \(error)"])
            }
        }
        let faults = schema.faults(of: value)
        guard faults.isEmpty else { throw .invalidBody(faults) }
    }
}

extension RequestContext {
    /// Names of headers match in any case here: a client is free to send `x-id` for `X-Id`.
    fileprivate func validatedValue(_ parameter: RestAPI.RequestParameter) -> String? {
        parameter.location == .header
            ? self.headers.last(parameter.name) : self.requestValue(parameter.location, parameter.name)
    }
}

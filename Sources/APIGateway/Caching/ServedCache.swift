/// How the answers of a method are kept in the cache of its stage (API Gateway developer guide, "Cache settings for REST APIs in
/// API Gateway"): GET methods where the stage caches at all, other verbs where their own settings say so.
struct ServedCache: Sendable {
    let ttlSeconds: Int
    /// The integration's cache namespace, its resource otherwise.
    private let namespace: String
    /// What of a request tells its answer from others: nothing else does, path variables neither.
    private let parameters: [MappingExpression]

    static let ttlSecondsDefault = 300

    /// `nil` where nothing is kept.
    init?(
        _ method: RestAPI.Method, resource: String, settings: RestAPI.MethodSettings?, stage: RestAPI.Stage,
        note: (String) -> Void
    ) {
        guard stage.cachesResponses, let settings, settings.caches,
            method.httpMethod == "GET" || settings.httpMethod == method.httpMethod,
            method.integration.responseTransferMode == .buffered
        else { return nil }
        self.ttlSeconds = settings.cacheTTLSeconds ?? Self.ttlSecondsDefault
        guard self.ttlSeconds > 0 else { return nil }
        self.namespace = method.integration.cacheNamespace ?? resource
        var parameters: [MappingExpression] = []
        for text in method.integration.cacheKeyParameters {
            do throws(MappingExpressionError) {
                parameters.append(try MappingExpression(text, side: .request))
            } catch {
                // With part of the key missing one client would get another's answer.
                note("the cache key parameter \(error)")
                return nil
            }
        }
        self.parameters = parameters
    }

    func key(_ context: RequestContext) -> ResponseCache.Key? {
        let input = context.mappingInput(body: context.body)
        var values: [[String]] = []
        for parameter in self.parameters {
            do throws(MappingFailure) { values.append(try parameter.values(input, side: .request)) } catch { return nil }
        }
        return ResponseCache.Key(
            apiID: context.api.id, stage: context.stage.name, isCanary: context.stage.hasCacheOfItsOwn, verb: context.verb,
            namespace: self.namespace, values: values)
    }
}

extension ServedCache {
    /// `Cache-Control: max-age=0` asks for a new answer.
    static func isRefreshAsked(_ request: GatewayRequest) -> Bool {
        request.headers.contains { header in
            header.isNamed("cache-control")
                && header.value.split(separator: ",").contains { $0.filter { $0 != " " }.lowercased() == "max-age=0" }
        }
    }
}

import APIGateway
import CoreTypes

/// A gateway with everything in one order that has none of its own: the translator writes maps in the order of hashes. Logical
/// ids and deployments that are named after a hash are left out.
extension GatewayConfiguration {
    var comparable: GatewayConfiguration {
        var copy = self
        for place in copy.domains.indices {
            copy.domains[place].logicalID = ""
            copy.domains[place].mappings.sort { $0.path < $1.path }
        }
        copy.domains.sort { $0.name < $1.name }
        for place in copy.usagePlans.indices { copy.usagePlans[place].stages.sort { $0.stage < $1.stage } }
        copy.usagePlans.sort { $0.logicalID < $1.logicalID }
        copy.apiKeys.sort { $0.logicalID < $1.logicalID }
        copy.apis = copy.apis.map(\.comparable).sorted { $0.logicalID < $1.logicalID }
        return copy
    }
}

extension API {
    var comparable: API {
        switch self {
        case .rest(let api): .rest(api.comparable)
        case .http(let api): .http(api.comparable)
        }
    }
}

extension RestAPI {
    var comparable: RestAPI {
        var copy = self
        for place in copy.stages.indices {
            copy.stages[place].deploymentID = ""
            copy.stages[place].canary?.deploymentID = ""
        }
        for place in copy.resources.indices {
            copy.resources[place].methods = copy.resources[place].methods.map(\.comparable).sorted {
                $0.httpMethod < $1.httpMethod
            }
        }
        copy.resources.sort { $0.path < $1.path }
        copy.authorizers.sort { $0.name < $1.name }
        copy.models.sort { $0.name < $1.name }
        copy.requestValidators.sort { $0.name < $1.name }
        copy.gatewayResponses.sort { $0.type.rawValue < $1.type.rawValue }
        for place in copy.gatewayResponses.indices { copy.gatewayResponses[place].parameters.sort() }
        if let statements = copy.policy?["Statement"]?.arrayValue, var policy = copy.policy?.objectValue {
            policy["Statement"] = .array(statements.map(Self.comparable).sorted { $0.description < $1.description })
            copy.policy = .object(policy)
        }
        return copy
    }

    private static func comparable(_ statement: JSON) -> JSON {
        guard var members = statement.objectValue, let resources = members["Resource"]?.arrayValue else { return statement }
        members["Resource"] = .array(resources.sorted { $0.description < $1.description })
        return .object(JSONObject(members.members.sorted { $0.name < $1.name }.map { ($0.name, $0.value) }))
    }
}

extension RestAPI.Method {
    var comparable: RestAPI.Method {
        var copy = self
        copy.requestParameters.sort { "\($0.location)\($0.name)" < "\($1.location)\($1.name)" }
        copy.requestModels.sort { $0.contentType < $1.contentType }
        copy.integration = copy.integration.comparable
        copy.responses.sort { $0.statusCode < $1.statusCode }
        for place in copy.responses.indices {
            copy.responses[place].headers.sort { $0.name < $1.name }
            copy.responses[place].models.sort { $0.contentType < $1.contentType }
        }
        return copy
    }
}

extension Integration {
    var comparable: Integration {
        var copy = self
        copy.requestParameters.sort()
        copy.requestTemplates.sort { $0.contentType < $1.contentType }
        copy.responses.sort { ($0.selectionPattern ?? "", $0.statusCode) < ($1.selectionPattern ?? "", $1.statusCode) }
        for place in copy.responses.indices {
            copy.responses[place].parameters.sort()
            copy.responses[place].templates.sort { $0.contentType < $1.contentType }
        }
        copy.responseParameters.sort { $0.statusCode < $1.statusCode }
        for place in copy.responseParameters.indices { copy.responseParameters[place].mappings.sort() }
        return copy
    }
}

extension HTTPAPI {
    var comparable: HTTPAPI {
        var copy = self
        for place in copy.stages.indices { copy.stages[place].deploymentID = "" }
        for place in copy.routes.indices { copy.routes[place].integration = copy.routes[place].integration.comparable }
        copy.routes.sort { $0.routeKey < $1.routeKey }
        copy.authorizers.sort { $0.name < $1.name }
        return copy
    }
}

extension [ParameterMapping] {
    mutating func sort() { self.sort { $0.destination < $1.destination } }
}

import APIGateway
import ArgumentParser
import CoreTypes
import Templates

/// What is served where.
struct RoutesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes",
        abstract: "List what the gateway serves: each route with its authorizer, API key, usage plan and integration.")

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(help: "A table, or JSON: a list with one object a route.")
    var output = Output.text

    @OptionGroup var input: OpenAPIInput
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let project = try Project(self.shared, openAPI: self.input.file)
        let gateway = Gateway(
            project.deployment.gateway, place: GatewayPlace(region: self.shared.region, accountID: self.shared.accountId))
        Project.printGatewayProblems(gateway.problems.map(project.deployment.gatewayPlaces.text))
        if !self.shared.quiet { project.printNotices() }
        let routes = project.deployment.gateway.servedRoutes
        switch self.output {
        case .json:
            Terminal.output(Array((JSON.array(routes.map(\.json)).prettyText + "\n").utf8))
        case .text where routes.isEmpty:
            Terminal.error(
                project.deployment.gateway.apis.isEmpty
                    ? "The template has no API." : "No API has a method or route in a stage.")
        case .text:
            Terminal.output(Array(Self.table(routes).utf8))
        }
    }

    /// Columns as wide as their longest value; the last is left open.
    static func table(_ routes: [ServedRoute]) -> String {
        let rows =
            [["API", "METHOD", "PATH", "AUTHORIZATION", "KEY", "INTEGRATION"]]
            + routes.map { route in
                [
                    route.logicalID, route.method, route.path, route.authorization,
                    !route.apiKeyRequired
                        ? "-" : route.usagePlans.isEmpty ? "required, no plan" : route.usagePlans.joined(separator: ", "),
                    route.integration == "-" ? route.integrationType : "\(route.integrationType) \(route.integration)",
                ]
            }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            row.enumerated().map { column, text in
                column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }.joined(separator: "  ")
        }
        let addresses = routes.flatMap(\.domains)
        if !addresses.isEmpty { lines += ["", "Custom domains:"] + addresses.map { "  \($0)" } }
        var stages: [String] = []
        for route in routes {
            guard let acl = route.webACL else { continue }
            let line = "  \(route.logicalID), stage \(route.stage): \(acl)"
            if !stages.contains(line) { stages.append(line) }
        }
        if !stages.isEmpty { lines += ["", "Web ACLs:"] + stages }
        return lines.joined(separator: "\n") + "\n"
    }
}

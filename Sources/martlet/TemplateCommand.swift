import ArgumentParser

struct TemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Render, check and explain mapping templates of API Gateway.",
        discussion: """
              martlet template render mapping.vtl --event events/api-gateway/proxy.json
              martlet template check template.yaml
              martlet template render --ndjson < cases.ndjson
              martlet template explain mapping.vtl --event events/api-gateway/proxy.json
            """,
        subcommands: [TemplateRenderCommand.self, TemplateCheckCommand.self, TemplateExplainCommand.self])
}

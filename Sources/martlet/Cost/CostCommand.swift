import ArgumentParser

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost", abstract: "Say what something will cost in a month, with the working shown.",
        discussion: """
            Needs no template and no host: prices come with martlet, dated and with their sources (martlet cost prices).

              martlet cost lambda --memory 512 --requests 3M --duration 1s
              martlet cost sqs --pollers 1 --wait 0 --sleep 1s
              martlet cost compare --requests 3M --memory 512 --duration 1s nlb lambda http-api rest-api
              martlet cost network --nlb 1 --hours 720 --region ap-northeast-2 --currency KRW=1100
            """,
        subcommands: [
            CostLambdaCommand.self, CostSQSCommand.self, CostAPICommand.self, CostNetworkCommand.self, CostCompareCommand.self,
            CostPricesCommand.self,
        ])
}

import ArgumentParser
import Billing
import CoreTypes
import Emulator
import ExecutionEnvironments
import Foundation
import LambdaCore
import Templates

struct InvokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoke", abstract: "Run a function on one event.",
        discussion: """
            The response goes to stdout; the function's log, its REPORT line and what it would cost go to stderr. Uses the
            host that 'martlet serve' runs for this template, if there is one, and with it a warm environment; --cold never
            does.

              martlet invoke Echo --event events/api-gateway/proxy.json
              echo '{"name":"세계"}' | martlet invoke Hello -e -
              martlet invoke Orders -e order.json --report json 2> report.json
            """)

    enum ReportForm: String, ExpressibleByArgument, CaseIterable {
        case text, json, none
    }

    @Argument(help: "The function: its logical id in the template or its name, with ':alias' or ':version' if wanted.")
    var name: String

    @Option(
        name: [.short, .long], help: "A file with the event, or - for standard input. Without it the event is {}.",
        completion: .file())
    var event: String?

    @Option(help: "What follows the log on stderr: text, json (one line for machines) or none.")
    var report = ReportForm.text

    @Option(help: "text: the response as it is. json: an object with payload, functionError, requestId and report.")
    var output = OutputForm.text

    @Option(help: "A client context, JSON.")
    var clientContext: String?

    @Flag(help: "Start a new environment, whatever runs already.")
    var cold = false

    @Flag(help: "Use Swift products as they lie, however old (MARTLET_NO_BUILD).")
    var noBuild = Defaults.flag("MARTLET_NO_BUILD")

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let project = try Project(self.shared)
        if self.shared.verbose { project.printDetails(self.shared) }
        guard let name = project.functionName(self.name) else {
            let known = project.deployment.functions.map(\.logicalID).joined(separator: ", ")
            throw CommandFailure.usage("no function \(self.name) in \(self.shared.template); there are: \(known)")
        }
        let qualifier = self.name.split(separator: ":", maxSplits: 1).dropFirst().first.map(String.init)
        let payload = try Self.readEvent(self.event)
        if self.noBuild { project.tellOfMissingProducts(only: [name]) } else { try project.build(only: [name]) }
        if !self.shared.quiet { project.printNotices() }

        let result: InvokeOutcome
        if !self.cold, let host = HostFile.running(in: project.settings.stateFolder) {
            result = try await self.invokeThere(host, name, qualifier: qualifier, payload: payload)
            if !self.shared.quiet { FileHandle.standardError.write(Data(result.log)) }
        } else {
            result = try await self.invokeHere(name, qualifier: qualifier, payload: payload, project)
        }
        self.print(result)
        if result.isFunctionError { throw ExitCode(ExitStatus.functionError) }
    }

    /// The event of a file, of standard input for `-`, or `{}`, checked to be JSON.
    static func readEvent(_ event: String?) throws -> [UInt8] {
        guard let event else { return Array("{}".utf8) }
        let bytes = try InputFile.read(event, as: "the event")
        if !bytes.isEmpty, let fault = bytes.withUnsafeBytes({ JSONScanner.fault(in: $0) }) {
            throw CommandFailure.usage("the event \(InputFile.name(event)) is no JSON: \(fault)")
        }
        return bytes.isEmpty ? Array("{}".utf8) : bytes
    }

    private func invokeHere(_ name: String, qualifier: String?, payload: [UInt8], _ project: Project) async throws
        -> InvokeOutcome
    {
        let logs = self.shared.quiet ? nil : LogWriter(descriptor: STDERR_FILENO)
        do {
            let host = try await Host.start(project.settings, deployment: project.deployment, logs: logs)
            let result: Result<HostInvocation, any Error>
            do {
                result = .success(
                    try await host.invoke(name, qualifier: qualifier, payload: payload, clientContext: self.clientContext))
            } catch {
                result = .failure(error)
            }
            try await host.stop()
            return InvokeOutcome(try result.get(), region: project.settings.region)
        } catch let error as LambdaAPIError {
            throw CommandFailure.host(error.description)
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        } catch let error as ProcessError {
            throw CommandFailure.host(error.description)
        }
    }

    /// Through the host that runs already.
    private func invokeThere(_ host: HostFile, _ name: String, qualifier: String?, payload: [UInt8]) async throws -> InvokeOutcome
    {
        do {
            let answer = try await HostClient(host: host).invoke(
                name, qualifier: qualifier, payload: payload, clientContext: self.clientContext)
            guard answer.status == 200 else {
                throw CommandFailure.host(
                    "the host at \(host.aws) refused the call (\(answer.status)): \(String(decoding: answer.payload, as: UTF8.self))"
                )
            }
            var outcome = InvokeOutcome(payload: answer.payload, functionError: answer.functionError, requestID: answer.requestID)
            outcome.log = answer.log
            outcome.report = answer.report
            outcome.costLine = answer.costLine
            return outcome
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        }
    }

    private func print(_ result: InvokeOutcome) {
        switch self.output {
        case .text: Terminal.output(result.payload + [0x0A])
        case .json: Terminal.output(result.json.bytes + [0x0A])
        }
        guard !self.shared.quiet || self.report == .json else { return }
        switch self.report {
        case .none: break
        case .text: if let cost = result.costLine { Terminal.error(cost) }
        case .json: if let report = result.report { Terminal.error(report.description) }
        }
    }
}

/// What an invocation came to, from a host of this process or of another.
struct InvokeOutcome {
    var payload: [UInt8]
    var functionError: String?
    var requestID: String
    var log: [UInt8] = []
    /// As ``InvocationReport/json`` gives it.
    var report: JSON?
    var costLine: String?

    var isFunctionError: Bool { self.functionError != nil }

    init(payload: [UInt8], functionError: String?, requestID: String) {
        self.payload = payload
        self.functionError = functionError
        self.requestID = requestID
    }

    init(_ invocation: HostInvocation, region: String) {
        self.init(
            payload: invocation.payload.isEmpty ? Array("null".utf8) : invocation.payload,
            functionError: invocation.failure == nil ? nil : "Unhandled",
            requestID: invocation.record?.requestID.description ?? "")
        if let record = invocation.record {
            let report = InvocationReport(record, prices: PriceTable.table(for: region))
            self.report = report.json
            self.costLine = report.costLine
        } else if case .unavailable(let why) = invocation.failure {
            self.payload = JSON.object(["errorType": "Sandbox.Failure", "errorMessage": .string(why)]).bytes
        }
    }

    var json: JSON {
        let payload = Result { () throws(JSONError) in try JSON(parsing: self.payload) }
        var document: JSONObject = ["requestId": .string(self.requestID)]
        // A response that is no JSON is shown as the text it is.
        if case .success(let value) = payload {
            document["payload"] = value
        } else {
            document["payload"] = .string(String(decoding: self.payload, as: UTF8.self))
        }
        document["functionError"] = JSON(self.functionError)
        document["report"] = self.report ?? .null
        return .object(document)
    }
}

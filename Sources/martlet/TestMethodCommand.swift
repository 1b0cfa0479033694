import APIGateway
import ArgumentParser
import CoreTypes
import Emulator
import ExecutionEnvironments
import Foundation
import Templates

/// The console's "Test" of a method.
struct TestMethodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-method",
        abstract: "Run one method of a REST API, and show its answer and its execution log, template by template.",
        discussion: """
            As the API Gateway console's "Test": no authorizer runs, no key is needed,
            and the method sees the given headers alone. The host that 'martlet serve'
            runs for this template does it, if there is one, with its own target groups
            and trust; else one that ends with the command.

              martlet test-method GET '/orders/{id}' --path id=7
              martlet test-method POST /orders --body order.json --header 'Content-Type: application/json'
            """)

    @Argument(help: "The verb: GET.")
    var method: String

    @Argument(help: "The resource's path as the template has it: '/orders/{id}'.")
    var resource: String

    @Option(help: ArgumentHelp("A path variable; may be given several times.", valueName: "name=value"))
    var path: [String] = []

    @Option(help: ArgumentHelp("A query parameter; may be given several times.", valueName: "name=value"))
    var query: [String] = []

    @Option(help: ArgumentHelp("A header; may be given several times.", valueName: "'name: value'"))
    var header: [String] = []

    @Option(help: "A file with the body, or - for standard input.", completion: .file())
    var body: String?

    @Option(help: ArgumentHelp("A stage variable; may be given several times.", valueName: "name=value"))
    var stageVariables: [String] = []

    @Option(help: "The REST API, by logical id, id or name; not needed when one alone has the method.")
    var api: String?

    @Option(help: "text, or json: an object as TestInvokeMethod answers.")
    var output = OutputForm.text

    @Flag(help: "Use Swift products as they lie, however old (MARTLET_NO_BUILD).")
    var noBuild = Defaults.flag("MARTLET_NO_BUILD")

    @OptionGroup var backends: BackendOptions
    @OptionGroup var input: OpenAPIInput
    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let project = try Project(self.shared, openAPI: self.input.file)
        let verb = self.method.uppercased()
        let (api, resource) = try self.tested(project.deployment.gateway.apis, verb)
        let target = try self.target(resource.path)
        let input = try self.document(target)
        if !self.shared.quiet { project.printNotices() }
        let result = try await self.run(
            "/restapis/\(api.id)/resources/\(resource.id)/methods/\(verb)", input, project)
        switch self.output {
        case .json: Terminal.output(result.bytes + [0x0A])
        case .text: Terminal.output(Array(Self.text(result, request: "\(verb) \(target)").utf8))
        }
        if let status = result["status"]?.intValue, status >= 500 { throw ExitCode(ExitStatus.functionError) }
    }

    // MARK: What is tested

    private func tested(_ apis: [API], _ verb: String) throws -> (RestAPI, RestAPI.Resource) {
        var candidates: [(RestAPI, RestAPI.Resource)] = []
        var known: [String] = []
        for case .rest(let api) in apis where self.api.map({ [api.logicalID, api.id, api.name].contains($0) }) ?? true {
            for resource in api.resources {
                for name in resource.methods.map({ "\($0.httpMethod) \(resource.path)" }) where !known.contains(name) {
                    known.append(name)
                }
                if resource.path == self.resource, api.testedMethod(verb, of: resource) != nil {
                    candidates.append((api, resource))
                }
            }
        }
        if candidates.count == 1 { return candidates[0] }
        guard candidates.isEmpty else {
            let names = candidates.map(\.0.logicalID).joined(separator: ", ")
            throw CommandFailure.usage("several APIs have \(verb) \(self.resource). Name one with --api: \(names).")
        }
        if let name = self.api, known.isEmpty {
            throw CommandFailure.usage("there is no REST API \(name) with methods. HTTP APIs have no test: send them a request.")
        }
        let list =
            known.isEmpty ? "the template has no REST API; HTTP APIs have no test" : "there are: \(known.joined(separator: ", "))"
        throw CommandFailure.usage("no REST API has \(verb) \(self.resource); \(list)")
    }

    /// Path and query, encoded as a client sends them.
    private func target(_ resource: String) throws -> String {
        var values: [String: String] = [:]
        for text in self.path {
            let (name, value) = try Self.pair(text, option: "--path")
            values[name] = value
        }
        let segments = try resource.split(separator: "/").map { segment -> String in
            guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return String(segment) }
            let isGreedy = segment.hasSuffix("+}")
            let name = String(segment.dropFirst().dropLast(isGreedy ? 2 : 1))
            guard let value = values.removeValue(forKey: name) else {
                throw CommandFailure.usage("\(resource) needs --path \(name)=VALUE")
            }
            return Self.encode(value, keeping: isGreedy ? "/" : "")
        }
        if let name = values.keys.min() { throw CommandFailure.usage("\(resource) has no path variable \(name)") }
        let query = try self.query.map { text in
            let (name, value) = try Self.pair(text, option: "--query")
            return Self.encode(name) + "=" + Self.encode(value)
        }
        return "/" + segments.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// The input of TestInvokeMethod.
    private func document(_ target: String) throws -> JSON {
        var document: JSONObject = ["pathWithQueryString": .string(target)]
        if let body {
            let bytes = try InputFile.read(body, as: "the body")
            guard let text = String(bytes: bytes, encoding: .utf8) else {
                throw CommandFailure.usage("the body \(body) is no UTF-8, and a test takes text alone")
            }
            document["body"] = .string(text)
        }
        var headers = JSONObject()
        for text in self.header {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw CommandFailure.usage("--header is 'NAME: VALUE', not '\(text)'")
            }
            let value = JSON.string(parts[1].trimmingCharacters(in: .whitespaces))
            headers[String(parts[0])] = .array((headers[String(parts[0])]?.arrayValue ?? []) + [value])
        }
        if !headers.isEmpty { document["multiValueHeaders"] = .object(headers) }
        var variables = JSONObject()
        for text in self.stageVariables {
            let (name, value) = try Self.pair(text, option: "--stage-variables")
            variables[name] = .string(value)
        }
        if !variables.isEmpty { document["stageVariables"] = .object(variables) }
        return .object(document)
    }

    private static func pair(_ text: String, option: String) throws -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw CommandFailure.usage("\(option) is NAME=VALUE, not '\(text)'")
        }
        return (String(parts[0]), String(parts[1]))
    }

    /// All but the unreserved characters (RFC 3986 section 2.3) and those kept.
    private static func encode(_ text: String, keeping: String = "") -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + keeping)
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }

    // MARK: The test

    private func run(_ action: String, _ input: JSON, _ project: Project) async throws -> JSON {
        do {
            if let running = HostFile.running(in: project.settings.stateFolder) {
                guard !self.backends.areGiven else {
                    throw CommandFailure.usage(
                        "the host that runs (process \(running.processID)) does the test, with its own target groups and trust. "
                            + "Leave --target-group and --trust out, or stop that host.")
                }
                return try await self.ask(running, action, input)
            }
            if self.noBuild { project.tellOfMissingProducts() } else { try project.build() }
            var settings = project.settings
            (settings.gatewayPort, settings.awsPort) = (0, 0)
            try self.backends.apply(to: &settings)
            let logs = self.shared.quiet ? nil : LogWriter(descriptor: STDERR_FILENO)
            let host = try await Host.start(settings, deployment: project.deployment, logs: logs)
            let result: Result<JSON, any Error>
            do {
                result = .success(try await self.ask(try await host.listenForOneself(), action, input))
            } catch {
                result = .failure(error)
            }
            try await host.stop()
            return try result.get()
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        } catch let error as ProcessError {
            throw CommandFailure.host(error.description)
        }
    }

    private func ask(_ host: HostFile, _ action: String, _ input: JSON) async throws -> JSON {
        let answer = try await HostClient(host: host).post(action, input, service: "apigateway", region: self.shared.region)
        let text = String(decoding: answer.payload, as: UTF8.self)
        let json = Result { () throws(JSONError) in try JSON(parsing: answer.payload) }
        guard answer.status != 404 else {
            throw CommandFailure.usage(
                "the host that runs (process \(host.processID)) has no such method: it was started with another template or --openapi. "
                    + "Stop it, or start it anew.")
        }
        guard answer.status == 200, case .success(let result) = json else {
            throw CommandFailure.host("the host at \(host.aws) refused the test (\(answer.status)): \(text)")
        }
        return result
    }

    // MARK: What is shown

    private static func text(_ result: JSON, request: String) -> String {
        var lines = [
            "Request: \(request)", "Status: \(result["status"]?.description ?? "")",
            "Latency: \(result["latency"]?.description ?? "") ms", "", "Response body", result["body"]?.stringValue ?? "", "",
            "Response headers",
        ]
        for (name, values) in result["multiValueHeaders"]?.objectValue?.members ?? [] {
            for value in values.arrayValue ?? [] { lines.append("\(name): \(value.stringValue ?? "")") }
        }
        return lines.joined(separator: "\n") + "\n\n" + (result["log"]?.stringValue ?? "")
    }
}

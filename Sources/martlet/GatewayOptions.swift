import APIGateway
import ArgumentParser
import Emulator

/// What the gateway of a host can be told besides its template.
struct GatewayOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The servers of a target group behind a VPC link, in the place of the template's (MARTLET_TARGET_GROUP, with spaces between several groups).",
            valueName: "name=host:port,host:port"))
    var targetGroup: [String] = Self.list("MARTLET_TARGET_GROUP")

    @Option(
        help: ArgumentHelp(
            "Where the keys of a token issuer are read: a file, or an http:// address (MARTLET_JWKS, with spaces between several).",
            valueName: "issuer=place"))
    var jwks: [String] = Self.list("MARTLET_JWKS")

    @Option(
        help: "A file that the access logs of stages are appended to, instead of stderr (MARTLET_ACCESS_LOG).",
        completion: .file())
    var accessLog: String?

    @Flag(help: "Tell of each request to an API step by step, as API Gateway's execution log does (MARTLET_TRACE).")
    var trace = Defaults.flag("MARTLET_TRACE")

    mutating func validate() throws {
        _ = try self.targetGroups()
        _ = try self.keySources()
    }

    func apply(to settings: inout HostSettings) throws {
        settings.targetGroups = try self.targetGroups()
        settings.keySources = try self.keySources()
        settings.traces = self.trace
        settings.accessLogFile = self.accessLog ?? Defaults.text("MARTLET_ACCESS_LOG")
    }

    private static func list(_ name: String) -> [String] {
        Defaults.text(name).map { $0.split(separator: " ").map(String.init) } ?? []
    }

    private func targetGroups() throws -> [String: [TargetAddress]] {
        var groups: [String: [TargetAddress]] = [:]
        for text in self.targetGroup {
            let parts = text.split(separator: "=", maxSplits: 1)
            let targets = parts.count == 2 ? parts[1].split(separator: ",").map { Self.address($0) } : []
            guard !targets.isEmpty, targets.allSatisfy({ $0 != nil }) else {
                throw ValidationError("--target-group is NAME=HOST:PORT,HOST:PORT, not '\(text)'")
            }
            groups[String(parts[0]), default: []] += targets.compactMap { $0 }
        }
        return groups
    }

    private static func address(_ text: Substring) -> TargetAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), 1...65_535 ~= port,
            colon > text.startIndex
        else { return nil }
        let host = text[..<colon]
        // `[::1]:8080`
        return TargetAddress(host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host), port: port)
    }

    private func keySources() throws -> [String: String] {
        var sources: [String: String] = [:]
        for text in self.jwks {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw ValidationError("--jwks is ISSUER=PLACE, not '\(text)'") }
            sources[String(parts[0])] = String(parts[1])
        }
        return sources
    }
}

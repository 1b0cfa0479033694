import CoreTypes
import Foundation

/// Where a running host of a project can be reached: written to the state folder when its listeners accept, removed when it
/// stops.
package struct HostFile: Hashable, Sendable {
    package var gateway: String
    /// `https://…`, where it speaks TLS.
    package var gatewayTLS: String?
    package var aws: String
    package var console: String
    package var runtime: String
    package var processID: Int32

    package init(gateway: String, gatewayTLS: String?, aws: String, console: String, runtime: String, processID: Int32) {
        self.gateway = gateway
        self.gatewayTLS = gatewayTLS
        self.aws = aws
        self.console = console
        self.runtime = runtime
        self.processID = processID
    }

    static func path(in stateFolder: String) -> String { "\(stateFolder)/host.json" }

    /// The host that runs for this state folder, if there is one. A file that a killed host left behind is none.
    package static func running(in stateFolder: String) -> HostFile? {
        guard let data = FileManager.default.contents(atPath: Self.path(in: stateFolder)), let json = try? JSON(parsing: data),
            let gateway = json["gateway"]?.stringValue, let aws = json["aws"]?.stringValue,
            let console = json["console"]?.stringValue,
            let runtime = json["runtime"]?.stringValue, let processID = json["pid"]?.intValue.flatMap(Int32.init(exactly:))
        else { return nil }  // Unreadable is as good as absent: the host that wrote it replaces it whole.
        guard kill(processID, 0) == 0 else { return nil }
        return HostFile(
            gateway: gateway, gatewayTLS: json["gatewayTLS"]?.stringValue, aws: aws, console: console, runtime: runtime,
            processID: processID)
    }

    /// `{"gateway":"http://…","gatewayTLS":"https://…","aws":"http://…","console":"http://…","runtime":"host:port","pid":1}`,
    /// complete or not there at all.
    package func write(to path: String) throws {
        var members: JSONObject = ["gateway": .string(self.gateway)]
        if let gatewayTLS { members["gatewayTLS"] = .string(gatewayTLS) }
        members["aws"] = .string(self.aws)
        members["console"] = .string(self.console)
        members["runtime"] = .string(self.runtime)
        members["pid"] = .number(JSONNumber(self.processID))
        do {
            try Data(JSON.object(members).bytes + [0x0A]).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw HostError("can't write \(path): \(error.localizedDescription)")
        }
    }
}

extension HostFile {
    static func remove(from stateFolder: String) {
        // Absent when another host of the same folder has stopped before; its process id would have told the difference anyway.
        try? FileManager.default.removeItem(atPath: Self.path(in: stateFolder))
    }
}

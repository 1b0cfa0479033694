import ArgumentParser
import Billing
import CoreTypes
import Emulator
import ExecutionEnvironments
import Foundation
import LambdaCore
import Templates

struct TuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Measure a function at several memory sizes: the cheapest and the fastest.",
        discussion: """
            Each size has an environment of its own: one cold invocation, then warm ones. A host that runs is left alone.

              martlet tune Orders --event e.json --memory 128,256,512,1024
            """)

    @Argument(help: "The function: its logical id in the template or its name.")
    var name: String

    @Option(
        name: [.short, .long], help: "A file with the event, or - for standard input. Without it the event is {}.",
        completion: .file())
    var event: String?

    @Option(help: "Memory sizes in MB, separated by commas.")
    var memory: String = "128,256,512,1024"

    @Option(help: "Warm invocations of each size, 1 to 1000.")
    var runs: Int = 10

    @Option(help: "text for people, json for machines.")
    var output = OutputForm.text

    @Flag(help: "Use Swift products as they lie, however old (MARTLET_NO_BUILD).")
    var noBuild = Defaults.flag("MARTLET_NO_BUILD")

    @OptionGroup var shared: SharedOptions

    /// More sizes than that take longer than anyone waits.
    private static let sizeLimit = 32

    mutating func validate() throws {
        guard 1...1_000 ~= self.runs else { throw ValidationError("--runs is 1 to 1000, not \(self.runs)") }
        _ = try self.sizes()
    }

    private func sizes() throws -> [Int] {
        let sizes = try self.memory.split(separator: ",", omittingEmptySubsequences: false).map { text in
            let size = try Quantity.megabytes(String(text))
            guard LambdaWorkload.memoryMBRange.contains(size) else {
                throw ValidationError("--memory is 128 to 10240 MB each, not \(size)")
            }
            return size
        }
        guard sizes.count <= Self.sizeLimit else { throw ValidationError("--memory takes \(Self.sizeLimit) sizes at most") }
        return Set(sizes).sorted()
    }

    mutating func run() async throws {
        let project = try Project(self.shared)
        guard let name = project.functionName(self.name) else {
            let known = project.deployment.functions.map(\.logicalID).joined(separator: ", ")
            throw CommandFailure.usage("no function \(self.name) in \(self.shared.template); there are: \(known)")
        }
        let payload = try InvokeCommand.readEvent(self.event)
        if self.noBuild { project.tellOfMissingProducts(only: [name]) } else { try project.build(only: [name]) }
        var sizes: [Tuning.Size] = []
        for memoryMB in try self.sizes() {
            if !self.shared.quiet { Terminal.error("\(memoryMB) MB…") }
            sizes.append(try await self.measure(name, memoryMB: memoryMB, payload: payload, project))
        }
        let tuning = Tuning(function: name, sizes: sizes, book: .embedded, region: self.shared.region)
        switch self.output {
        case .text: Terminal.output(Array(tuning.text.utf8))
        case .json: Terminal.output(tuning.json.bytes + [0x0A])
        }
        if tuning.cheapest == nil { throw ExitCode(ExitStatus.functionError) }
    }

    /// A host of its own for each size, as for `martlet invoke --cold`. The first failure ends it.
    private func measure(_ name: String, memoryMB: Int, payload: [UInt8], _ project: Project) async throws -> Tuning.Size {
        var deployment = project.deployment
        for index in deployment.functions.indices where deployment.functions[index].configuration.name == name {
            deployment.functions[index].configuration.memoryMB = memoryMB
        }
        var settings = project.settings
        // Measurements would bend the figures of what is developed.
        settings.keepsLedger = false
        do {
            let logs = self.shared.verbose ? LogWriter(descriptor: STDERR_FILENO) : nil
            let host = try await Host.start(settings, deployment: deployment, logs: logs)
            let records: Result<[InvocationRecord], any Error>
            do {
                records = .success(try await self.records(host, name, payload))
            } catch {
                records = .failure(error)
            }
            try await host.stop()
            return Tuning.Size(memoryMB: memoryMB, records: try records.get())
        } catch let error as LambdaAPIError {
            throw CommandFailure.host(error.description)
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        } catch let error as ProcessError {
            throw CommandFailure.host(error.description)
        }
    }

    private func records(_ host: Emulator.Host, _ name: String, _ payload: [UInt8]) async throws -> [InvocationRecord] {
        var records: [InvocationRecord] = []
        for _ in 0...self.runs {
            let invocation = try await host.invoke(name, qualifier: nil, payload: payload, clientContext: nil)
            guard let record = invocation.record else {
                throw CommandFailure.host("\(name) could not be run: \(String(describing: invocation.failure))")
            }
            records.append(record)
            guard record.outcome == .success else { break }
        }
        return records
    }
}

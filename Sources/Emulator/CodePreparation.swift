import Dispatch
import ExecutionEnvironments
import Foundation
import LambdaCore
import NIOCore

/// Makes a version's files ready on disk: archives are unpacked once, layers merged into one folder that stands for `/opt`.
struct CodePreparation: Sendable {
    let storage: CodeStorage
    let products: SwiftProducts
    let stateFolder: String

    private static let queue = DispatchQueue(label: "martlet.code-preparation", attributes: .concurrent)

    func prepare(_ function: ResolvedFunction, on eventLoop: any EventLoop) -> EventLoopFuture<PreparedCode> {
        let configuration = function.configuration
        let id = function.id
        // Files that lie ready need no work on disk, and a cold start no other thread.
        if configuration.layers.isEmpty, let code = self.lyingReady(configuration) { return eventLoop.makeSucceededFuture(code) }
        let promise = eventLoop.makePromise(of: PreparedCode.self)
        Self.queue.async {
            promise.completeWith(Result { try self.prepare(configuration, id) })
        }
        return promise.futureResult
    }

    private func prepare(_ configuration: FunctionConfiguration, _ id: FunctionVersionID) throws -> PreparedCode {
        var code: PreparedCode
        switch configuration.code {
        case .folder(let path): code = PreparedCode(taskRoot: path)
        case .archive(let path): code = PreparedCode(taskRoot: try self.storage.store(archive: path).folder)
        case .inline(let text, let fileName):
            code = PreparedCode(taskRoot: try self.write(inline: text, fileName: fileName, id))
        case .swiftProduct(let package, let product): code = self.product(product, of: package)
        }
        if !configuration.layers.isEmpty { code.layersRoot = try self.merge(configuration.layers, id) }
        return code
    }

    private func lyingReady(_ configuration: FunctionConfiguration) -> PreparedCode? {
        switch configuration.code {
        case .folder(let path): PreparedCode(taskRoot: path)
        case .swiftProduct(let package, let product): self.product(product, of: package)
        case .archive, .inline: nil
        }
    }

    /// On AWS the product is the only file of the zip, in a folder of its own.
    private func product(_ product: String, of package: String) -> PreparedCode {
        PreparedCode(taskRoot: package, executable: self.products.executable(package: package, product: product))
    }

    private func write(inline text: String, fileName: String, _ id: FunctionVersionID) throws -> String {
        let folder = "\(self.stateFolder)/inline/\(id.name)-\(id.generation)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(fileName)"))
        return folder
    }

    /// Layers in their order, later files over earlier ones, by links: nothing is copied.
    private func merge(_ layers: [CodeSource], _ id: FunctionVersionID) throws -> String {
        let folder = "\(self.stateFolder)/layers/\(id.name)-\(id.version)-\(id.generation)"
        try? FileManager.default.removeItem(atPath: folder)  // Left by an earlier host; absent as a rule.
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for layer in layers {
            switch layer {
            case .folder(let path): try self.link(path, into: folder)
            case .archive(let path): try self.link(try self.storage.store(archive: path).folder, into: folder)
            case .inline, .swiftProduct: throw HostError("a layer of function \(id.name) is neither a folder nor a zip archive")
            }
        }
        return folder
    }

    private func link(_ source: String, into target: String) throws {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: source) {
            let from = "\(source)/\(name)"
            let to = "\(target)/\(name)"
            var isFolder: ObjCBool = false
            guard files.fileExists(atPath: from, isDirectory: &isFolder) else { continue }
            if isFolder.boolValue {
                try files.createDirectory(atPath: to, withIntermediateDirectories: true)
                try self.link(from, into: to)
            } else {
                if files.fileExists(atPath: to) { try files.removeItem(atPath: to) }
                try files.createSymbolicLink(atPath: to, withDestinationPath: from)
            }
        }
    }
}

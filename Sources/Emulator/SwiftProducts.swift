import Foundation
import LambdaCore

/// Swift functions that are built on demand: products of a package, found in its build folder.
package struct SwiftProducts: Sendable {
    /// `release` unless `MARTLET_SWIFT_CONFIGURATION` says `debug`.
    package let configuration: String

    package init(configuration: String) { self.configuration = configuration }

    package func executable(package: String, product: String) -> String { "\(package)/.build/\(self.configuration)/\(product)" }

    /// Whether an executable is missing or older than what it is made from: the package's manifest and all Swift sources of its
    /// `Sources` and `Functions` folders that the product's targets could use. Some hundred `stat` calls; no build is started.
    package func isStale(package: String, product: String) -> Bool {
        guard let built = Self.modified(self.executable(package: package, product: product)) else { return true }
        if let manifest = Self.modified("\(package)/Package.swift"), manifest > built { return true }
        let roots = ["Functions/\(product)", "Sources/\(product)"]
        let shared = ["Sources/MartletRuntime", "Sources/LambdaEvents"]
        return (roots + shared).contains { root in
            guard let files = FileManager.default.enumerator(atPath: "\(package)/\(root)") else { return false }
            return files.contains { entry in
                guard let name = entry as? String, name.hasSuffix(".swift") else { return false }
                return (Self.modified("\(package)/\(root)/\(name)") ?? built) > built
            }
        }
    }

    /// Seconds since 1970 with their fraction.
    private static func modified(_ path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            return Double(status.st_mtimespec.tv_sec) + Double(status.st_mtimespec.tv_nsec) / 1e9
        #else
            return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
        #endif
    }

    /// Builds products with the package's own `swift build`, whose progress goes to `stderr`.
    /// - Throws: ``HostError`` when the build fails or there is no Swift toolchain.
    package func build(package: String, products: [String]) throws {
        for product in products {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            var arguments = ["swift", "build", "--package-path", package, "-c", self.configuration, "--product", product]
            #if os(Linux)
                // Halves the time to start; the same flags as the Makefile's, so that neither build undoes the other's.
                if self.configuration == "release" { arguments.append("--static-swift-stdlib") }
            #endif
            process.arguments = arguments
            process.standardOutput = FileHandle.standardError
            process.standardError = FileHandle.standardError
            do {
                try process.run()
            } catch {
                throw HostError("can't run swift to build \(product): \(error.localizedDescription)")
            }
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw HostError(
                    "swift build of \(product) failed (its output is above); mend it, or build it by hand: "
                        + "swift build --package-path \(package) -c \(self.configuration) --product \(product)")
            }
            self.markFresh(package: package, product: product)
        }
    }

    /// A build that found nothing to do leaves the executable as old as it was; without a new date every start would build again.
    private func markFresh(package: String, product: String) {
        let path = self.executable(package: package, product: product)
        // Where the date can't be set, the next start asks the build once more: slower, not wrong.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path)
    }
}

import Foundation
import NIOSSL

/// Certificates of the folder Vectors.
enum Vectors {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Vectors").path

    static func path(_ name: String) -> String { "\(self.folder)/\(name).pem" }

    static func certificates(_ name: String) throws -> [NIOSSLCertificate] { try NIOSSLCertificate.fromPEMFile(self.path(name)) }
}

/// A folder of the test's own, gone afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // Leftovers of a test are no failure of it.
    return try await body(folder)
}

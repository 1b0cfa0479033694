import CoreTypes
import Crypto
package import LambdaCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Keeps deployment packages unpacked on disk, each in a folder named after the SHA-256 of its zip: `<directory>/<64 hex
/// digits>`. A folder appears complete or not at all, and the same zip is unpacked once.
package struct CodeStorage: CodeStore {
    private let directory: String
    private let unzippedLimit: Int

    /// - Parameter directory: absolute; made when first needed.
    package init(directory: String, unzippedLimit: Int = FunctionLimits.unzippedBytes) {
        self.directory = directory
        self.unzippedLimit = unzippedLimit
    }

    package func store(zip: [UInt8]) throws(CodeStoreError) -> StoredCode {
        guard !zip.isEmpty else { throw .empty }
        var digest = SHA256()
        zip.withUnsafeBytes { digest.update(bufferPointer: $0) }
        return try self.store(Array(digest.finalize()), size: zip.count) { try $0(.memory(zip)) }
    }

    /// As ``store(zip:)``, for an archive that lies in a file, such as a template's `CodeUri`.
    package func store(archive path: String) throws(CodeStoreError) -> StoredCode {
        do {
            let (digest, size) = try ZipSource.withFile(path) { source in
                var digest = SHA256()
                var offset = 0
                while offset < source.size {
                    let piece = try source.read(at: offset, count: min(1 << 20, source.size - offset))
                    piece.withUnsafeBytes { digest.update(bufferPointer: $0) }
                    offset += piece.count
                }
                return (Array(digest.finalize()), source.size)
            }
            guard size > 0 else { throw CodeStoreError.empty }
            return try self.store(digest, size: size) { try ZipSource.withFile(path, $0) }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Deletes what no function or layer refers to.
    /// - Parameter folders: `FunctionRegistry.referencedFolders`, and those that environments still run from.
    package func removeUnreferenced(keeping folders: Set<String>) throws(CodeStoreError) {
        do {
            for name in try FileTree.names(in: self.directory) where Self.isOwn(name) {
                let path = "\(self.directory)/\(name)"
                if !folders.contains(path) { try FileTree.remove(path) }
            }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Deletes what an unpacking that was interrupted by the end of the process left behind. At start-up, before the first store.
    package func removeUnfinished() throws(CodeStoreError) {
        do {
            for name in try FileTree.names(in: self.directory) where name.hasPrefix(Self.unfinishedMark) {
                try FileTree.remove("\(self.directory)/\(name)")
            }
        } catch {
            throw Self.storeError(error)
        }
    }

    // MARK: Unpacking

    private func store(
        _ digest: [UInt8], size: Int, _ withSource: ((ZipSource) throws -> Void) throws -> Void
    ) throws(CodeStoreError) -> StoredCode {
        let name = Self.hexadecimal(digest)
        let folder = "\(self.directory)/\(name)"
        let stored = StoredCode(
            folder: folder, description: CodeDescription(sha256: Base64.encode(digest), size: size))
        if FileTree.isFolder(folder) { return stored }
        do {
            try FileTree.makeFolders(self.directory)
            let unfinished = try FileTree.makeTemporaryFolder("\(self.directory)/\(Self.unfinishedMark)")
            do {
                try withSource { source in
                    try ZipUnpacking(archive: try ZipArchive(source), folder: unfinished, limit: self.unzippedLimit).run()
                }
                // Someone else may have put the same package there meanwhile: theirs is as good.
                if rename(unfinished, folder) != 0 {
                    let fault = FileFault("move the unpacked package to \(folder)")
                    guard FileTree.isFolder(folder) else { throw fault }
                    try FileTree.remove(unfinished)
                }
            } catch {
                // What went wrong first is what is told; a folder that stays behind is deleted at the next start.
                try? FileTree.remove(unfinished)
                throw error
            }
        } catch {
            throw Self.storeError(error)
        }
        return stored
    }

    private static let unfinishedMark = "unfinished-"

    /// Of the folders below `directory` only those that this type made are ever deleted.
    private static func isOwn(_ name: String) -> Bool {
        name.utf8.count == 64 && name.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func storeError(_ error: any Error) -> CodeStoreError {
        switch error {
        case let error as CodeStoreError: error
        case ZipArchive.Fault.damaged(let reason): .notAnArchive(reason)
        case ZipArchive.Fault.refused(let reason): .refused(reason)
        default: .failed("\(error)")
        }
    }
}

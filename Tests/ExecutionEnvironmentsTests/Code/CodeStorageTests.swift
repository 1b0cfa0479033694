import CoreTypes
import LambdaCore
import Testing

@testable import ExecutionEnvironments

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Expected contents, modes and digests are those that Python's zipfile and hashlib were given or computed.
struct CodeStorageTests {
    private func withStorage(limit: Int = 1_000_000, _ body: (CodeStorage, String) throws -> Void) throws {
        let directory = try FileTree.makeTemporaryFolder("/tmp/code-storage-tests-")
        defer { #expect(throws: Never.self) { try FileTree.remove(directory) } }
        try body(CodeStorage(directory: directory + "/code", unzippedLimit: limit), directory)
    }

    private func bytes(_ vector: String) throws -> [UInt8] { try #require(Base64.decode(vector)) }

    private func text(_ path: String) throws -> String {
        try ZipSource.withFile(path) { String(decoding: try $0.read(at: 0, count: $0.size), as: UTF8.self) }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : 0
    }

    @Test func `a package is unpacked with contents, modes, links and folders`() throws {
        try self.withStorage { storage, _ in
            let folder = try storage.store(zip: self.bytes(ZipVectors.package)).folder
            #expect(try self.text("\(folder)/bootstrap") == "#!/bin/sh\necho hi\n")
            #expect(self.mode("\(folder)/bootstrap") & 0o777 == 0o755)
            #expect(try self.text("\(folder)/lib/data.txt") == String(repeating: "martlet\n", count: 400))
            #expect(self.mode("\(folder)/lib/data.txt") & 0o777 == 0o640)
            #expect(self.mode("\(folder)/lib/link") & S_IFMT == S_IFLNK)
            #expect(try self.text("\(folder)/lib/link").hasPrefix("martlet"))
            #expect(try self.text("\(folder)/세계/안녕.txt") == "안녕\n")
            #expect(FileTree.isFolder("\(folder)/empty"))
        }
    }

    @Test func `digest and size are those of the zip`() throws {
        try self.withStorage { storage, directory in
            let stored = try storage.store(zip: self.bytes(ZipVectors.package))
            #expect(stored.folder == "\(directory)/code/875050594d714814ada5426ec4c4ed7bb1b235a7ca2db9c8970913137b3d1a0a")
            #expect(stored.description == CodeDescription(sha256: "h1BQWU1xSBStpUJuxMTte7GyNafKLbnIlwkTE3s9Ggo=", size: 571))
        }
    }

    @Test func `the same package is kept once, whether it comes as bytes or as a file`() throws {
        try self.withStorage { storage, directory in
            let bytes = try self.bytes(ZipVectors.package)
            let first = try storage.store(zip: bytes)
            let path = "\(directory)/package.zip"
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(write(descriptor, bytes, bytes.count) == bytes.count)
            close(descriptor)
            #expect(try storage.store(archive: path) == first)
            #expect(try FileTree.names(in: "\(directory)/code").count == 1)
        }
    }

    @Test func `files from a system without modes are not executable`() throws {
        try self.withStorage { storage, _ in
            let folder = try storage.store(zip: self.bytes(ZipVectors.fat)).folder
            #expect(self.mode("\(folder)/bootstrap") & 0o777 == 0o644)
        }
    }

    @Test func `of two entries with one path the last counts`() throws {
        try self.withStorage { storage, _ in
            let folder = try storage.store(zip: self.bytes(ZipVectors.twice)).folder
            #expect(try self.text("\(folder)/same") == "second")
        }
    }

    @Test func `sizes in Zip64 fields are read`() throws {
        try self.withStorage { storage, _ in
            let folder = try storage.store(zip: self.bytes(ZipVectors.zip64)).folder
            #expect(try self.text("\(folder)/wide.txt") == "zip64 sizes")
        }
    }

    @Test(arguments: [
        ("climbing", ZipVectors.climbing, "../outside leads out of the folder"),
        ("absolute", ZipVectors.absolute, "/etc/outside is an absolute path"),
        ("linkOutside", ZipVectors.linkOutside, "the link a/link leads out of the folder, to ../../outside"),
        ("linkAbsolute", ZipVectors.linkAbsolute, "the link a/link leads out of the folder, to /etc/passwd"),
        ("linkZigzag", ZipVectors.linkZigzag, "the link a/link leads out of the folder, to b/../../x"),
        ("encrypted", ZipVectors.encrypted, "data is encrypted"),
        ("bzip2", ZipVectors.bzip2, "data is compressed by method 12; only stored (0) and deflated (8) entries are read"),
    ])
    func `what is not safe or not known is refused by name, and leaves nothing behind`(
        name: String, vector: String, reason: String
    ) throws {
        try self.withStorage { storage, directory in
            #expect(throws: CodeStoreError.refused(reason)) { try storage.store(zip: self.bytes(vector)) }
            let left = try FileTree.names(in: "\(directory)/code")
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: [
        ("badChecksum", ZipVectors.badChecksum), ("liesSmall", ZipVectors.liesSmall), ("liesLarge", ZipVectors.liesLarge),
        ("throughLink", ZipVectors.throughLink), ("text", "bm8gemlw"),
    ])
    func `a damaged archive is refused`(name: String, vector: String) throws {
        try self.withStorage { storage, _ in
            let error = #expect(throws: CodeStoreError.self) { try storage.store(zip: self.bytes(vector)) }
            guard case .notAnArchive = error else {
                Issue.record("\(name): \(String(describing: error))")
                return
            }
        }
    }

    @Test func `more than the limit is not unpacked`() throws {
        try self.withStorage(limit: 199_999) { storage, _ in
            #expect(throws: CodeStoreError.unzippedTooLarge) { try storage.store(zip: self.bytes(ZipVectors.large)) }
        }
        try self.withStorage(limit: 200_000) { storage, _ in
            #expect(throws: Never.self) { try storage.store(zip: self.bytes(ZipVectors.large)) }
        }
    }

    @Test func `no bytes are no package`() throws {
        try self.withStorage { storage, _ in
            #expect(throws: CodeStoreError.empty) { try storage.store(zip: []) }
        }
    }

    @Test func `an archive cut short anywhere is an error and never a crash`() throws {
        let bytes = try self.bytes(ZipVectors.package)
        try self.withStorage { storage, _ in
            for length in 1..<bytes.count {
                #expect(throws: CodeStoreError.self) { try storage.store(zip: Array(bytes.prefix(length))) }
            }
        }
    }

    @Test func `an archive with any one byte changed is unpacked or refused, never a crash`() throws {
        let bytes = try self.bytes(ZipVectors.package)
        try self.withStorage { storage, _ in
            for position in bytes.indices {
                var changed = bytes
                changed[position] ^= 0xFF
                do {
                    _ = try storage.store(zip: changed)
                } catch CodeStoreError.failed(let reason) {
                    Issue.record("byte \(position): \(reason)")
                } catch {
                    // Refused with a reason: as good as unpacked.
                }
            }
        }
    }

    @Test func `what nobody refers to is deleted, and nothing else`() throws {
        try self.withStorage { storage, directory in
            let kept = try storage.store(zip: self.bytes(ZipVectors.package)).folder
            let gone = try storage.store(zip: self.bytes(ZipVectors.fat)).folder
            try FileTree.makeFolders("\(directory)/code/notes")
            try storage.removeUnreferenced(keeping: [kept])
            #expect(FileTree.isFolder(kept))
            #expect(!FileTree.isFolder(gone))
            #expect(FileTree.isFolder("\(directory)/code/notes"))
        }
    }

    @Test func `what an interrupted unpacking left is deleted at the next start`() throws {
        try self.withStorage { storage, directory in
            try FileTree.makeFolders("\(directory)/code/unfinished-abc/deep")
            try storage.removeUnfinished()
            #expect(try FileTree.names(in: "\(directory)/code").isEmpty)
        }
    }
}

import CoreTypes
import Foundation

/// What an option names: a file, or `-` for standard input.
enum InputFile {
    /// What errors call it.
    static func name(_ path: String) -> String { path == "-" ? "from standard input" : path }

    /// - Parameter what: for the error, such as `the event`.
    static func read(_ path: String, as what: String) throws -> [UInt8] {
        // Not Data(contentsOf:), which refuses pipes such as those of <(…).
        guard let file = path == "-" ? .standardInput : FileHandle(forReadingAtPath: path) else {
            let reason = String(cString: strerror(errno))
            let isText = path.hasPrefix("{") || path.hasPrefix("[")
            throw CommandFailure.usage(
                "can't read \(what) \(path): \(reason)"
                    + (isText ? ". It is to be a file, or - for standard input: echo '\(path)' | martlet … -" : ""))
        }
        do {
            return Array(try file.readToEnd() ?? Data())
        } catch {
            // A folder opens, and can't be read.
            throw CommandFailure.usage("can't read \(what) \(self.name(path)): \(error.systemReason)")
        }
    }

    /// A JSON object.
    static func readObject(_ path: String, as what: String) throws -> JSONObject {
        let bytes = try self.read(path, as: what)
        let result = Result { () throws(JSONError) in try JSON(parsing: bytes) }
        switch result {
        case .success(.object(let object)): return object
        case .success(let other): throw CommandFailure.usage("\(what) \(self.name(path)) is no JSON object but \(other.kind)")
        case .failure(let error): throw CommandFailure.usage("\(what) \(self.name(path)) is no JSON: \(error)")
        }
    }
}

/// What an option names to be written.
enum OutputFile {
    static func write(_ bytes: [UInt8], to path: String) throws {
        // Not Data.write(to:), whose errors don't say what the system said.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        guard descriptor >= 0 else { throw CommandFailure.usage("can't write \(path): \(String(cString: strerror(errno)))") }
        do {
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: Data(bytes))
        } catch {
            throw CommandFailure.usage("can't write \(path): \(error.systemReason)")
        }
    }
}

extension Error {
    /// The system's own words where the error carries them, such as `Is a directory`: Foundation's around them say less.
    var systemReason: String {
        let error = self as NSError
        for case let error as NSError in [error, error.userInfo[NSUnderlyingErrorKey]] where error.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(error.code)))
        }
        return error.localizedDescription
    }
}

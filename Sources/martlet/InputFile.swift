import CoreTypes
import Foundation

/// What an option names: a file, or `-` for standard input.
enum InputFile {
    /// - Parameter what: for the error, such as `the event`.
    static func read(_ path: String, as what: String) throws -> [UInt8] {
        guard path != "-" else { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        // Not Data(contentsOf:), which refuses pipes such as those of <(…).
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure.usage("can't read \(what) \(path): \(String(cString: strerror(errno)))")
        }
        return Array(file.readDataToEndOfFile())
    }

    /// A JSON object.
    static func readObject(_ path: String, as what: String) throws -> JSONObject {
        let bytes = try self.read(path, as: what)
        let result = Result { () throws(JSONError) in try JSON(parsing: bytes) }
        switch result {
        case .success(.object(let object)): return object
        case .success(let other): throw CommandFailure.usage("\(what) \(path) is no JSON object but \(other.kind)")
        case .failure(let error): throw CommandFailure.usage("\(what) \(path) is no JSON: \(error)")
        }
    }
}

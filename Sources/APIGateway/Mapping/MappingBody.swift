import CoreTypes
package import VTL

/// The body of one phase of one request. It is read as JSON when the first expression asks for a value in it, and once only:
/// templates and parameter expressions see the same objects, which templates may change in place.
package final class MappingBody {
    /// As it arrived. Bytes that are not UTF-8 read as U+FFFD.
    package let bytes: [UInt8]
    private var parsed: Result<Value, JSONError>?
    private let isCut: Bool

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.isCut = false
    }

    private init(firstPartOf bytes: [UInt8]) {
        self.bytes = Array(bytes.prefix(Self.selectionBytes))
        self.isCut = true
    }

    /// HTTP APIs look for values in the first 100 KB of a body.
    private static let selectionBytes = 100 * 1024

    /// The body as selection expressions of HTTP APIs see it.
    private(set) lazy var firstPart = self.bytes.count > Self.selectionBytes ? MappingBody(firstPartOf: self.bytes) : self

    package convenience init(_ text: String) { self.init(Array(text.utf8)) }

    /// `$input.body`: the raw text; `{}` stands for an empty body.
    package private(set) lazy var text = self.bytes.isEmpty ? "{}" : String(decoding: self.bytes, as: UTF8.self)

    /// The whole body as live objects, read by the permissive rules of ``PermissiveJSONReader``.
    package func document() throws(MappingFailure) -> Value {
        let result: Result<Value, JSONError>
        if let parsed {
            result = parsed
        } else if self.bytes.isEmpty {
            result = .success(.map(MapValue()))
        } else {
            result = self.bytes.withUnsafeBytes { bytes in
                Result { () throws(JSONError) in try Value(PermissiveJSONReader.read(bytes, isCut: self.isCut)) }
            }
        }
        self.parsed = result
        switch result {
        case .success(let value): return value
        case .failure(let error): throw .unreadableBody(error)
        }
    }

    /// The value at a JSONPath, or `nil` where the path leads nowhere, is no path or doesn't fit.
    package func value(at path: String) throws(MappingFailure) -> Value? {
        let document = try self.document()
        return JSONPathCache.shared.path(path).flatMap { path in
            // Each way to fail is a missing value to a template.
            try? path.read(document)
        }
    }
}

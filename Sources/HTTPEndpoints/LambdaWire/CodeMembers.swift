import CoreTypes
import LambdaCore

/// `FunctionCode` and `LayerVersionContentInput`: where a deployment package comes from.
struct CodeMembers {
    private let zipFile: String?
    private let bucket: String?
    private let key: String?
    private let imageURI: String?

    init(_ object: JSONObject, _ reader: inout MemberReader) throws(LambdaAPIError) {
        self.zipFile = try reader.string("ZipFile", in: object)
        self.bucket = try reader.string("S3Bucket", in: object)
        self.key = try reader.string("S3Key", in: object)
        self.imageURI = try reader.string("ImageUri", in: object)
    }

    static let imageNotSupported = LambdaAPIError.invalidParameter(
        "Functions from container images are not emulated. Create the function from a zip (PackageType Zip).")

    /// The bytes of the zip, not looked into.
    func zip() throws(LambdaAPIError) -> [UInt8] {
        guard self.imageURI == nil else { throw Self.imageNotSupported }
        guard let zipFile else {
            guard self.bucket == nil, self.key == nil else {
                throw .invalidParameter(
                    "Error occurred while GetObject. Code in S3 is not emulated: s3://\(self.bucket ?? "")/\(self.key ?? "") cannot "
                        + "be read. Send the zip itself in ZipFile.")
            }
            throw .invalidParameter("Please provide a source for function code.")
        }
        guard self.bucket == nil, self.key == nil else {
            throw .invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.")
        }
        guard let bytes = Base64.decode(zipFile) else { throw .serialization("ZipFile is not valid base64") }
        guard !bytes.isEmpty else { throw CodeStoreError.empty.apiError }
        return bytes
    }
}

/// Takes deployment packages in: unpacks a zip somewhere and says where.
package protocol CodeStore: Sendable {
    /// May block on the disk: not for an event loop. Storing the same bytes twice gives the same folder.
    func store(zip: [UInt8]) throws(CodeStoreError) -> StoredCode
}

/// A deployment package that lies unpacked in a folder.
package struct StoredCode: Hashable, Sendable {
    /// The absolute path of the folder.
    package var folder: String
    package var description: CodeDescription

    package init(folder: String, description: CodeDescription) {
        self.folder = folder
        self.description = description
    }
}

/// Why a deployment package was not taken.
package enum CodeStoreError: Error, Hashable, Sendable {
    case empty
    /// Damaged, or no zip at all.
    case notAnArchive(String)
    /// A zip that may not be unpacked: a path that leads out of the folder, encryption, too many entries.
    case refused(String)
    /// Larger than ``FunctionLimits/unzippedBytes`` when unpacked.
    case unzippedTooLarge
    /// The disk failed: what was tried and what it said.
    case failed(String)

    /// What CreateFunction, UpdateFunctionCode and PublishLayerVersion answer.
    package var apiError: LambdaAPIError {
        let unreadable = "Could not unzip uploaded file. Please check your file, then try to upload again."
        return switch self {
        case .empty: .invalidParameter("Uploaded file must be a non-empty zip")
        case .notAnArchive: .invalidParameter(unreadable)
        // AWS does not say which entry it stumbled over; here it is told, as there is no other place to learn it from.
        case .refused(let reason): .invalidParameter("\(unreadable) (\(reason))")
        case .unzippedTooLarge:
            .invalidParameter("Unzipped size must be smaller than \(FunctionLimits.unzippedBytes) bytes")
        case .failed(let reason): .service("The deployment package could not be stored: \(reason)")
        }
    }
}

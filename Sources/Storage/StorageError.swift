/// What keeps a store from being opened or written; a sentence that a user can act on.
package struct StorageError: Error, Hashable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// There is no such file.
        case absent
        /// Another process has it open.
        case inUse
        /// The file is no store of ours, or its content does not hold together.
        case damaged
        /// A later version of this program wrote it.
        case newer
        /// The system refused to read or write: permissions, a full disk.
        case inputOutput
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

/// What an answered change survives.
package enum Durability: String, Hashable, Sendable, CaseIterable {
    /// The end of the process, `kill -9` too: written to the system before the answer.
    case process
    /// A power cut: written through to the disk before the answer.
    case power
}

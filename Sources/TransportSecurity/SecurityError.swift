/// Why certificates or keys can't be used; a sentence that a user can act on.
package struct SecurityError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

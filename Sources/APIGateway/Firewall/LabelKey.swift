extension WebACL {
    /// What a label match statement looks for (AWS WAF developer guide, "Label match examples"). Labels are compared by
    /// their parts between colons; a key that begins with `awswaf:` is a whole name, any other is looked for among the labels of
    /// the statement's own web ACL or rule group.
    package struct LabelKey: Hashable, Sendable {
        package enum Scope: String, Hashable, Sendable, CaseIterable {
            /// The end of a label: its name and any number of namespaces before it.
            case label = "LABEL"
            /// Neighbouring namespaces of a label.
            case namespace = "NAMESPACE"
        }

        package var scope: Scope
        /// `header:encoding:utf8`; a colon at the end of a namespace may be left out.
        package var text: String

        package init(_ scope: Scope, _ text: String) {
            self.scope = scope
            self.text = text
        }

        /// - Parameters:
        ///   - label: fully qualified.
        ///   - namespace: of the statement's rule.
        func matches(_ label: String, namespace: String) -> Bool {
            let key = Self.parts(self.text)
            if self.text.hasPrefix("awswaf:") {
                let parts = Self.parts(label)
                return self.scope == .label ? parts == key : parts.dropLast().starts(with: key)
            }
            guard let own = label.removing(prefix: namespace) else { return false }
            let parts = Self.parts(own)
            switch self.scope {
            case .label: return parts.suffix(key.count) == key[...]
            case .namespace: return parts.dropLast().firstRange(of: key) != nil
            }
        }

        private static func parts(_ text: String) -> [Substring] { text.split(separator: ":") }
    }
}

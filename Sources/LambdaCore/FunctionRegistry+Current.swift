extension FunctionRegistry {
    /// Whether a version in this very state can still be invoked. Environments of one that can't are to end.
    package func isCurrent(_ id: FunctionVersionID) -> Bool {
        self.records[id.name]?.version(id.version)?.id == id
    }
}

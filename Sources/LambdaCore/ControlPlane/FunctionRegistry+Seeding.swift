import CoreTypes

extension FunctionRegistry {
    /// Brings in a function of the template, or its new state when the template was read again. What did not change keeps its
    /// identity, so that its environments stay. The function's settings (reserved concurrency, event invoke configuration, URL,
    /// tags) become the template's; with `AutoPublishAlias` a version is published and the alias moved to it.
    /// - Parameter code: digest and size, where the code is a zip.
    @discardableResult
    package mutating func seed(
        _ configuration: FunctionConfiguration, code: CodeDescription = .unknown, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionVersion {
        let name = configuration.name
        var contents = FunctionContents(configuration: configuration.versioned, code: code)
        contents.layers = configuration.layers.map { self.layers.seed($0, &change) }
        if let existing = self.records[name] {
            if existing.latest.contents != contents { try self.update(name, contents: contents, &change) }
        } else {
            try self.create(contents, &change)
        }
        try self.seedSettings(configuration, &change)
        return try self.record(name).latest
    }

    private mutating func seedSettings(
        _ configuration: FunctionConfiguration, _ change: inout RegistryChange
    ) throws(LambdaAPIError) {
        let name = configuration.name
        try self.setReservedConcurrency(name, configuration.reservedConcurrency)
        if let alias = configuration.alias {
            let version = try self.publishVersion(name, &change).version.id.version
            switch self.records[name]?.aliases[alias]?.functionVersion {
            case nil: try self.createAlias(name, name: alias, functionVersion: version, &change)
            case version: break
            default: try self.updateAlias(name, name: alias, functionVersion: version, &change)
            }
        }
        var record = try self.record(name)
        record.tags = configuration.tags
        self.store(record)
        // SAM applies both to the alias where there is one ("AWS::Serverless::Function", EventInvokeConfig, FunctionUrlConfig).
        let qualifier = configuration.alias
        if configuration.eventInvoke != EventInvokeConfiguration() {
            try self.setEventInvoke(name, qualifier: qualifier, configuration.eventInvoke, &change)
        }
        if let url = configuration.functionURL {
            if record.urls[qualifier ?? FunctionVersion.latest] == nil {
                try self.createURL(name, qualifier: qualifier, url, &change)
            } else {
                try self.updateURL(name, qualifier: qualifier, url, &change)
            }
        }
    }
}

extension FunctionConfiguration {
    /// Without what belongs to the function rather than to a version of it.
    fileprivate var versioned: Self {
        var configuration = self
        configuration.reservedConcurrency = nil
        configuration.eventInvoke = EventInvokeConfiguration()
        configuration.functionURL = nil
        configuration.alias = nil
        configuration.tags = [:]
        return configuration
    }
}

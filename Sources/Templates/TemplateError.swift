/// What keeps a template from being used, all of it that was found, in the order of the text.
package struct TemplateError: Error, Hashable, CustomStringConvertible {
    package var diagnostics: [TemplateDiagnostic]

    package init(_ diagnostics: [TemplateDiagnostic]) { self.diagnostics = diagnostics }

    /// One line per error.
    package var description: String { self.diagnostics.map(\.description).joined(separator: "\n") }
}

/// One error: where it is and, in a sentence, what to do.
package struct TemplateDiagnostic: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int
    /// `Resources/Hello/Properties/Timeout`; empty when the text itself is not readable.
    package var path: String
    package var message: String

    package init(file: String, line: Int, column: Int, path: String, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
    }

    init(at location: SourceLocation, path: String, message: String) {
        self.init(file: location.file, line: location.line, column: location.column, path: path, message: message)
    }

    /// `template.yaml:12:7: Resources/Hello/Properties/Timeout: …`
    package var description: String {
        let place = "\(self.file):\(self.line):\(self.column): "
        return self.path.isEmpty ? place + self.message : place + self.path + ": " + self.message
    }
}

/// Gathers errors and notices during one load; each is kept once.
struct Diagnostics {
    /// More errors than this help nobody.
    static let errorLimit = 100

    private(set) var errors: [TemplateDiagnostic] = []
    private(set) var notices: [Notice] = []
    /// Those of the notices that are warnings of AWS's own import of a definition.
    private(set) var importWarnings: [Notice] = []
    private var noticedPaths: Set<String> = []
    private var known: Set<TemplateDiagnostic> = []

    mutating func error(_ message: String, at location: SourceLocation, path: String) {
        let diagnostic = TemplateDiagnostic(at: location, path: path, message: message)
        guard self.errors.count < Self.errorLimit, self.known.insert(diagnostic).inserted else { return }
        self.errors.append(diagnostic)
    }

    /// A path is noticed once, whatever else is found there.
    mutating func notice(_ message: String, at location: SourceLocation, path: String, isImportWarning: Bool = false) {
        let notice = Notice(path: path, file: location.file, line: location.line, column: location.column, message: message)
        if isImportWarning { self.importWarnings.append(notice) }
        guard self.noticedPaths.insert(path).inserted else { return }
        self.notices.append(notice)
    }

    /// `FailOnWarnings`: the warnings of an import that began when there were so many are errors.
    mutating func failOnImportWarnings(after count: Int) {
        for warning in self.importWarnings[count...] {
            self.error(
                "\(warning.message) FailOnWarnings makes this an error.",
                at: SourceLocation(file: warning.file, line: warning.line, column: warning.column), path: warning.path)
        }
    }

    func throwIfAny() throws(TemplateError) {
        guard !self.errors.isEmpty else { return }
        throw TemplateError(
            self.errors.enumerated().sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element))
    }
}

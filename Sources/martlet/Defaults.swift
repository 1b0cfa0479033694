import Foundation

/// Defaults from the environment.
enum Defaults {
    static func text(_ name: String) -> String? { ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Several, with spaces between them.
    static func list(_ name: String) -> [String] { self.text(name).map { $0.split(separator: " ").map(String.init) } ?? [] }

    /// Whether a variable says `1`, `true` or `yes`.
    static func flag(_ name: String) -> Bool { self.text(name).map { ["1", "true", "yes"].contains($0.lowercased()) } ?? false }

    /// One of a few words, or `nil` when the variable isn't set. Another word ends the command.
    static func choice<Value: RawRepresentable & CaseIterable>(_ name: String) -> Value? where Value.RawValue == String {
        guard let text = self.text(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            Terminal.error("error: \(name) should be one of \(known), not '\(text)'")
            Foundation.exit(ExitStatus.usage)
        }
        return value
    }

    /// A number, or `nil` when the variable isn't set. One that is no number ends the command: a silent default would hide it.
    static func number(_ name: String) -> Int? {
        guard let text = self.text(name) else { return nil }
        guard let number = Int(text) else {
            Terminal.error("error: \(name) should be a whole number, not '\(text)'")
            Foundation.exit(ExitStatus.usage)
        }
        return number
    }
}

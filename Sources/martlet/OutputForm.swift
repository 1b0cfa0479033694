import ArgumentParser

/// What a command prints: text for people, JSON for machines.
enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

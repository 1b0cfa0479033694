/// Who may import whom: the table of the design, a row for each target, the lowest first. A target of ours may be named only in
/// the rows below its own, so that no arrow points up.
struct ImportTable {
    struct Row {
        let target: String
        /// Targets of ours.
        let ours: Set<String>
        /// Modules from elsewhere. A name that ends with `*` stands for all that begin with it.
        let others: Set<String>

        init(_ target: String, ours: Set<String> = [], others: Set<String> = []) {
            self.target = target
            self.ours = ours
            self.others = others
        }
    }

    let rows: [Row]

    /// Parts of the toolchain that any target may use: they do no input or output and read no clock.
    static let standardLibrary: Set<String> = ["Swift", "Synchronization", "RegexBuilder", "FoundationEssentials"]
    /// The C library, for the targets that talk to the system.
    private static let system: Set<String> = ["Glibc", "Musl", "Darwin", "Dispatch", "Foundation", "FoundationEssentials"]
    private static let core: Set<String> = ["CoreTypes", "APIGateway", "SQS", "Billing", "LambdaCore", "Monitoring"]

    static let martlet = ImportTable(rows: [
        // The core: nothing from elsewhere.
        Row("RegularExpressions"),
        Row("CoreTypes", ours: ["RegularExpressions"]),
        Row("VTL", ours: ["RegularExpressions"]),
        Row("LambdaEvents"),
        Row("APIGateway", ours: ["CoreTypes", "RegularExpressions", "VTL"]),
        Row("Billing", ours: ["CoreTypes"]),
        Row("SQS", ours: ["CoreTypes", "Billing"]),
        Row("LambdaCore", ours: ["CoreTypes", "Billing"]),
        Row("Monitoring", ours: ["CoreTypes", "RegularExpressions"]),
        // The edges.
        Row("Templates", ours: ["CoreTypes", "APIGateway", "SQS", "LambdaCore"], others: ["Yams", "Foundation"]),
        Row("CProcess"),
        Row("CZlib"),
        Row("HTTPServing", others: ["NIO*"]),
        Row(
            "TransportSecurity", ours: ["CoreTypes", "HTTPServing"],
            others: system.union(["Crypto", "CryptoExtras", "SwiftASN1", "X509", "NIO*"])),
        Row(
            "ExecutionEnvironments", ours: ["CoreTypes", "LambdaCore", "Billing", "HTTPServing", "CProcess", "CZlib"],
            others: system.union(["Crypto", "NIO*"])),
        Row("Storage", ours: ["CoreTypes", "SQS", "Billing"], others: system.union(["GRDB", "GRDBSQLite"])),
        Row(
            "HTTPEndpoints", ours: core.union(["ExecutionEnvironments", "HTTPServing", "CZlib"]),
            others: system.union(["Crypto", "CryptoExtras", "NIO*"])),
        Row(
            "RemoteQueues", ours: ["CoreTypes", "LambdaCore", "ExecutionEnvironments", "HTTPEndpoints"],
            others: system.union(["Crypto", "AsyncHTTPClient", "NIO*"])),
        Row(
            "Emulator",
            ours: core.union([
                "Templates", "ExecutionEnvironments", "Storage", "HTTPServing", "HTTPEndpoints", "RemoteQueues",
                "TransportSecurity",
            ]),
            others: system.union(["NIO*"])),
        Row(
            "martlet", ours: core.union(["VTL", "Templates", "ExecutionEnvironments", "Storage", "Emulator"]),
            others: system.union(["ArgumentParser"])),
        // What a function links: nothing of the host.
        Row("MartletRuntime", others: system),
    ])

    /// Each folder of Functions: a handler links these two alone.
    static let function = Row("a function", ours: ["MartletRuntime", "LambdaEvents"], others: system)

    /// Rows that name a target above themselves, or one that has no row.
    var upwardArrows: [String] {
        var below: Set<String> = []
        var faults: [String] = []
        for row in self.rows {
            faults += row.ours.subtracting(below).sorted().map { "\(row.target) may not rest on \($0), which is not below it" }
            below.insert(row.target)
        }
        return faults
    }

    func row(for path: String) -> Row? {
        let folders = path.split(separator: "/")
        if folders.first == "Functions" { return Self.function }
        guard folders.count > 2, folders[0] == "Sources" else { return nil }
        return self.rows.first { $0.target == folders[1] }
    }

    func violations(in file: TextFile) -> [Violation] {
        guard let row = self.row(for: file.path) else {
            return [Violation(path: file.path, line: 0, message: "its target has no row in the table of imports")]
        }
        let imports = Self.imports(of: file)
        // Foundation stands in for its essentials where they are no module of their own (macOS).
        let standsIn =
            imports.contains { $0.module == "FoundationEssentials" } && file.text.contains("canImport(FoundationEssentials)")
        return imports.compactMap { item in
            let module = item.module
            let isAllowed =
                row.ours.contains(module) || row.others.contains(module) || Self.standardLibrary.contains(module)
                || row.others.contains { $0.hasSuffix("*") && module.hasPrefix($0.dropLast()) }
                || module == "Foundation" && standsIn
            return isAllowed
                ? nil : Violation(path: file.path, line: item.line, message: "\(row.target) may not import \(module)")
        }
    }

    /// The modules that a file imports. Access levels, attributes, declaration kinds and submodules are read over; imports in
    /// block comments count, as nothing should stand there.
    static func imports(of file: TextFile) -> [(module: String, line: Int)] {
        var imports: [(String, Int)] = []
        for (index, line) in file.lines.enumerated() {
            // Two imports on one line are one statement each.
            for statement in line.split(separator: ";") {
                var words = statement.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
                while let first = words.first, first.hasPrefix("@") || Self.accessLevels.contains(first) { words.removeFirst() }
                guard words.first == "import" else { continue }
                words.removeFirst()
                if let kind = words.first, Self.kinds.contains(kind), words.count > 1 { words.removeFirst() }
                if let name = words.first { imports.append((String(name.prefix { $0 != "." && $0 != "/" }), index + 1)) }
            }
        }
        return imports
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "actor"]
}

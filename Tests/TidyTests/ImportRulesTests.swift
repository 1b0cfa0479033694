import Testing

@Suite("The table of imports, tried")
struct ImportRulesTests {
    private func violations(_ path: String, _ text: String) -> [String] {
        ImportTable.martlet.violations(in: TextFile(path: path, text: text)).map(\.description)
    }

    @Test(
        "what the table allows passes",
        arguments: [
            ("Sources/CoreTypes/A.swift", "import Synchronization"),
            ("Sources/LambdaCore/Folder/A.swift", "package import CoreTypes\nimport Billing"),
            ("Sources/Templates/A.swift", "internal import Yams"),
            ("Sources/HTTPEndpoints/A.swift", "import NIOCore\nimport NIOHTTP1\n@preconcurrency import Dispatch"),
            (
                "Sources/CoreTypes/A.swift",
                "#if canImport(FoundationEssentials)\nimport FoundationEssentials\n#else\nimport Foundation\n#endif"
            ),
            ("Sources/martlet/A.swift", "import ArgumentParser // for commands"),
            ("Functions/Hello/main.swift", "import MartletRuntime"),
        ])
    func allowed(path: String, text: String) {
        #expect(self.violations(path, text) == [])
    }

    @Test(
        "an arrow that points up, a package that leaks and hidden spellings are found",
        arguments: [
            ("Sources/CoreTypes/A.swift", "import LambdaCore", "1: CoreTypes may not import LambdaCore"),
            ("Sources/Billing/A.swift", "\nimport LambdaCore", "2: Billing may not import LambdaCore"),
            ("Sources/LambdaCore/A.swift", "import Foundation", "1: LambdaCore may not import Foundation"),
            ("Sources/APIGateway/A.swift", "import NIOCore", "1: APIGateway may not import NIOCore"),
            ("Sources/HTTPEndpoints/A.swift", "import Yams", "1: HTTPEndpoints may not import Yams"),
            ("Sources/Emulator/A.swift", "import ArgumentParser", "1: Emulator may not import ArgumentParser"),
            (
                "Sources/ExecutionEnvironments/A.swift", "import HTTPEndpoints",
                "1: ExecutionEnvironments may not import HTTPEndpoints"
            ),
            ("Sources/MartletRuntime/A.swift", "import CoreTypes", "1: MartletRuntime may not import CoreTypes"),
            ("Sources/CoreTypes/A.swift", "@_exported public import struct Crypto.SHA256", "1: CoreTypes may not import Crypto"),
            ("Sources/CoreTypes/A.swift", "import Swift; import Glibc", "1: CoreTypes may not import Glibc"),
            ("Sources/CoreTypes/A.swift", "#if os(Linux)\n  import Glibc\n#endif", "2: CoreTypes may not import Glibc"),
            ("Functions/Hello/main.swift", "import CoreTypes", "1: a function may not import CoreTypes"),
        ])
    func refused(path: String, text: String, message: String) {
        #expect(self.violations(path, text) == ["\(path):\(message)"])
    }

    @Test("a target without a row is found")
    func unknownTarget() {
        #expect(
            self.violations("Sources/New/A.swift", "") == ["Sources/New/A.swift: its target has no row in the table of imports"])
    }

    @Test(
        "words and comments that are no imports are left alone",
        arguments: [
            "// import LambdaCore", "let important = 1", "/// `import Foundation`", "let text = \"import Foundation\"",
        ])
    func noImports(text: String) {
        #expect(self.violations("Sources/CoreTypes/A.swift", text) == [])
    }

    @Test("a row that names a target above itself is found")
    func upwardRow() {
        let table = ImportTable(rows: [.init("Low", ours: ["High"]), .init("High", ours: ["Low"])])
        #expect(table.upwardArrows == ["Low may not rest on High, which is not below it"])
    }
}

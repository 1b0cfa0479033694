import Foundation
import Testing
import VTL

/// Generated templates against Apache Velocity 1.7 itself, in both profiles: the reference program runs it with the settings that give
/// API Gateway's recorded renderings.
struct DifferentialTests {
    /// How many templates of each profile: 10,000 in `make soak`.
    static let count = ProcessInfo.processInfo.environment["MARTLET_VELOCITY_TEMPLATES"].flatMap(Int.init) ?? 1000
    static let firstSeed = ProcessInfo.processInfo.environment["MARTLET_VELOCITY_SEED"].flatMap(UInt64.init) ?? 1

    @Test(
        .enabled(if: ReferenceVelocity.obstacle == nil, "Apache Velocity is not installed"),
        arguments: [Profile.velocity1_7, .apiGateway])
    func generatedTemplatesRenderAsVelocityRendersThem(profile: Profile) throws {
        let templates = (0..<Self.count).map { index -> (seed: UInt64, text: String) in
            let seed = Self.firstSeed + UInt64(index)
            var generator = TemplateGenerator(seed: seed, profile: profile.name)
            return (seed, generator.template())
        }
        let cases = templates.map {
            #"{"template":\#(Self.quoted($0.text)),"variables":\#(TemplateGenerator.variables),"profile":"\#(profile.name)"}"#
        }
        let answers = try ReferenceVelocity.render(cases)
        #expect(answers.count == templates.count)
        let others = templates.indices.filter { index in
            switch (Self.render(templates[index].text, profile), answers[index]) {
            case (.output(let own), .output(let other)): own != other
            case (.failure, .failure): false
            default: true
            }
        }
        let hold = try Self.indicesWithoutAddresses(others, cases: cases, answers: answers)
        let differences = hold.map { index in
            """
            seed \(templates[index].seed), \(profile.name): \(Self.quoted(templates[index].text))
              Velocity \(answers[index])
              here     \(Self.render(templates[index].text, profile))
            """
        }
        #expect(
            differences.isEmpty,
            "\(differences.count) of \(templates.count) differ:\n\(differences.prefix(20).joined(separator: "\n"))")
    }

    /// Those whose rendering is the same when Java gives every object the same address. The others print one (an array's text, the
    /// `hashCode` of a class), and Velocity itself renders them differently each time.
    private static func indicesWithoutAddresses(
        _ indices: [Int], cases: [String], answers: [ReferenceVelocity.Answer]
    ) throws -> [Int] {
        guard !indices.isEmpty else { return [] }
        let again = try ReferenceVelocity.render(indices.map { cases[$0] }, sameAddresses: true)
        #expect(again.count == indices.count)
        return zip(indices, again).compactMap { index, again in
            if case (.output(let first), .output(let second)) = (answers[index], again), first != second { return nil }
            return index
        }
    }

    /// Java's exception too is the same, to the word.
    @Test(.enabled(if: ReferenceVelocity.obstacle == nil, "Apache Velocity is not installed"))
    func generatedFormatsComeOutAsJavasFormatterWritesThem() throws {
        let calls = (0..<(Self.count * 3)).map { index -> (seed: UInt64, template: String, variables: String) in
            var generator = FormatGenerator(seed: Self.firstSeed + UInt64(index))
            let call = generator.call()
            return (Self.firstSeed + UInt64(index), call.template, call.variables)
        }
        let answers = try ReferenceVelocity.render(
            calls.map { #"{"template":\#(Self.quoted($0.template)),"variables":\#($0.variables),"profile":"Velocity 1.7"}"# })
        #expect(answers.count == calls.count)
        var differences: [String] = []
        for (call, answer) in zip(calls, answers) {
            let own = Self.render(call.template, .velocity1_7, call.variables)
            switch (own, answer) {
            case (.output(let own), .output(let other)) where own == other: continue
            // A date, of a long that another specifier was to take: Velocity writes it, and may fail at a specifier behind it.
            case (.failure(let own), _) where own.hasSuffix("dates can't be formatted here"): continue
            case (.failure(let own), .failure(let other)):
                // Without the place before it.
                let exception = own.split(separator: ": ", maxSplits: 1).last ?? ""
                if other.contains(exception) || exception == "NullPointerException" { continue }
                fallthrough
            default:
                differences.append(
                    "seed \(call.seed): \(call.template) \(call.variables)\n  Velocity \(answer)\n  here     \(own)")
            }
        }
        #expect(
            differences.isEmpty,
            "\(differences.count) of \(calls.count) differ:\n\(differences.prefix(20).joined(separator: "\n"))")
    }

    static func render(
        _ text: String, _ profile: Profile, _ variables: String = TemplateGenerator.variables
    ) -> ReferenceVelocity.Answer {
        do {
            let template = try Template(text, profile: profile)
            let variables = try #require(JSONValues.variables(variables))
            return .output(String(decoding: try template.render(variables), as: UTF8.self))
        } catch {
            return .failure("\(error)")
        }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            if unit >= 0x20, unit < 0x7F, unit != 0x22, unit != 0x5C {
                result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}

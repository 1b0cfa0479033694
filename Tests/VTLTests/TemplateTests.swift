import Testing
import VTL

/// The library as its users see it; the examples of the article stand here too.
struct TemplateTests {
    private func render(_ text: String, _ variables: [String: Value] = [:], _ profile: Profile = .velocity1_7) throws -> String {
        String(decoding: try Template(text, profile: profile).render(variables), as: UTF8.self)
    }

    // The article's first example.
    @Test
    func aTemplateIsParsedOnceAndRendered() throws {
        let template = try Template("Dear $customer.name, #foreach($item in $items)$item#if($foreach.hasNext), #end#end.")
        let output = try template.render(["customer": ["name": "Zoë"], "items": ["tea", "milk"]])
        #expect(String(decoding: output, as: UTF8.self) == "Dear Zoë, tea, milk.")
    }

    // The article's second example.
    @Test
    func hostObjectsAnswerPropertiesAndMethods() throws {
        final class Clock: TemplateObject {
            func property(_ name: String) -> Value? { name == "zone" ? "UTC" : nil }

            func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
                guard method == "plus", case .int(let minutes)? = arguments.first else { return nil }
                guard minutes >= 0 else { throw MethodFailure("minutes must not be negative") }
                return .int(600 + minutes)
            }

            var text: String { "10:00" }
        }
        let clock: [String: Value] = ["clock": .object(Clock())]
        #expect(try self.render("$clock $clock.zone $clock.plus(5)", clock) == "10:00 UTC 605")
        #expect(throws: TemplateError.self) { try self.render("$clock.plus(-1)", clock) }
        #expect(try self.render("[$clock.minus(1)]", clock, .apiGateway) == "[]")
    }

    @Test
    func usesOfVariablesAreListed() throws {
        let template = try Template("#set($x = $utils.parse('a'))\n$x.b $input.path('$.a').c")
        #expect(template.references.map(\.name) == ["x", "utils", "x", "input"])
        #expect(template.references.map(\.kind) == [.defined, .read, .read, .read])
        #expect(template.references[3].members == ["path", "c"])
        #expect(template.references[2].position == Position(line: 2, column: 1))
    }

    @Test
    func aTraceSaysWhatWroteWhat() throws {
        let trace = EvaluationTrace()
        let template = try Template("a$n#if($n > 1)b#end")
        let output = try template.render(["n": 2], trace: trace)
        #expect(String(decoding: output, as: UTF8.self) == "a2b")
        #expect(trace.events.map(\.kind) == [.text, .reference, .reference, .condition, .text])
        #expect(trace.events[1].source == "$n")
        #expect(trace.events[1].value == "2")
        #expect(trace.events[1].output == 1..<2)
        #expect(trace.events[3].value == "true")
    }

    @Test
    func macrosAndEvaluateWorkInThePlainProfile() throws {
        #expect(try self.render("#macro(greet $name)Hi $name!#end#greet('Zoë')") == "Hi Zoë!")
        #expect(try self.render("#set($t = '$n+1')#evaluate($t)", ["n": 4]) == "4+1")
    }
}

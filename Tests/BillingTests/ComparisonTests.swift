import Billing
import CoreTypes
import Testing

@Suite("Comparison")
struct ComparisonTests {
    static func comparison(_ names: String..., extent: FreeTier.Extent = .none) -> Comparison {
        Comparison(
            ways: names.compactMap(Comparison.Way.init), terms: Comparison.Terms(), book: .embedded, region: "us-east-1",
            extent: extent)
    }

    /// By hand, without free tier: a function of 1 s at 512 MB costs $0.0000002 + 0.5 × $0.0000166667 = $0.00000853335 a request, the
    /// balancer $16.20; 16.2 ÷ 0.00000853335 = 1,898,433.7, so that it is cheaper from 1,898,434 on.
    @Test("finds where a balancer becomes cheaper than a function")
    func balancer() {
        let crossings = Self.comparison("nlb", "lambda").crossings(upTo: 100_000_000)
        #expect(crossings.map(\.requests) == [1_898_434])
        #expect(crossings.first?.before.name == "lambda")
        #expect(crossings.first?.after.name == "nlb")
        #expect(crossings.first?.amount.exactText == "16.2")
    }

    /// By hand: with 1 M requests and 400,000 GB-s free, (n − 1 M) × 0.0000002 + (n ÷ 2 − 400,000) × 0.0000166667 = 16.2 at
    /// n = (16.2 + 0.2 + 6.66668) ÷ 0.00000853335 = 2,703,121.3.
    @Test("counts what is free")
    func free() {
        #expect(Self.comparison("nlb", "lambda", extent: .always).crossings(upTo: 100_000_000).map(\.requests) == [2_703_122])
    }

    /// By hand: $16.20 ÷ $1 a million and ÷ $3.50 a million.
    @Test("all pairs are compared")
    func pairs() {
        let crossings = Self.comparison("nlb", "http-api", "rest-api").crossings(upTo: 100_000_000)
        #expect(crossings.map(\.requests) == [4_628_572, 16_200_001])
        #expect(crossings.map(\.before.name) == ["rest-api", "http-api"])
    }

    @Test("parts add up, and unknown ones are refused")
    func ways() throws {
        #expect(Comparison.Way("rest-api+nlb")?.parts == [.restAPI, .nlb])
        for name in ["", "alb", "nlb+", "+", "nlb,lambda"] { #expect(Comparison.Way(name) == nil) }
        let comparison = Self.comparison("rest-api+nlb")
        #expect(comparison.bill(of: comparison.ways[0], requests: 1_000_000).total.exactText == "19.7")
        #expect(comparison.crossings(upTo: 1_000_000).isEmpty)
    }

    @Test("is drawn as text and as SVG")
    func drawing() throws {
        let comparison = Self.comparison("nlb", "lambda", "http-api", "rest-api")
        let plot = comparison.plot(upTo: 20_000_000)
        let lines = plot.text().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 78 })
        #expect(plot.text().contains("A nlb   B lambda   C http-api   D rest-api"))
        let svg = plot.svg
        #expect(svg.components(of: "<polyline") == 4)
        #expect(svg.components(of: "<circle") == plot.marks.count)
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        let odd = Plot(title: "<&\">", lines: [Plot.Line(name: "<a>", points: [Plot.Point(x: 0, y: 0), Plot.Point(x: 0, y: 0)])])
        #expect(odd.svg.contains("&lt;&amp;&quot;&gt;"))
        #expect(!odd.text(columns: 0, rows: 0).isEmpty)
    }

    /// By hand: of 16.2 M requests the function costs $138.24, three times the highest crossing are $48.60. What lies above is
    /// left out, in the terminal too, not drawn along the edge.
    @Test("a line ends where it leaves the plot")
    func cutOff() throws {
        let plot = Self.comparison("nlb", "lambda", "http-api").plot(upTo: 20_000_000)
        #expect(plot.maximumY == 16.2 * 3)
        let rows = plot.text().split(separator: "\n")
        #expect(rows.filter { $0.contains("|") }.allSatisfy { $0.count(where: { $0 == "B" }) <= 3 })
        let line = try #require(plot.svg.split(separator: "\n").first { $0.contains("#d55e00") })
        let heights = line.split(separator: "\"").first { $0.contains(",") }?.split(separator: " ").compactMap {
            $0.split(separator: ",").last.flatMap { Double($0) }
        }
        let last = try #require(heights?.suffix(2))
        #expect(last[last.startIndex] > last[last.startIndex + 1], "it goes on rising")
        #expect(line.contains("clip-path"))
    }

    @Test(
        "axes are divided by round numbers",
        arguments: [
            (48.6, [0, 10, 20, 30, 40]), (20_250_000, [0, 5_000_000, 10_000_000, 15_000_000, 20_000_000]),
            (1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
            (0.01, [0, 0.002, 0.004, 0.006, 0.008, 0.01]), (14, [0, 2.5, 5, 7.5, 10, 12.5]), (9.9, [0, 2, 4, 6, 8]),
            (99, [0, 20, 40, 60, 80]),
        ] as [(Double, [Double])])
    func ticks(maximum: Double, expected: [Double]) {
        let ticks = Plot.ticks(upTo: maximum)
        #expect(ticks.count == expected.count)
        #expect(zip(ticks, expected).allSatisfy { abs($0 - $1) < maximum / 1e9 })
    }

    @Test("tells machines the same")
    func json() {
        let document = Self.comparison("nlb", "lambda").json(requests: 3_000_000, upTo: 6_000_000)
        #expect(document["crossings"]?.arrayValue?.first?["requests"] == 1_898_434)
        #expect(document["ways"]?.arrayValue?.first?["bill"]?["total"]?.numberValue?.text == "16.2")
        #expect(document["lines"]?.arrayValue?.count == 2)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}

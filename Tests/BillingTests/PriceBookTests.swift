import Billing
import Testing

@Suite("Prices")
struct PriceBookTests {
    /// The figures of the sheets and price lists that docs/billing.md names, first tiers.
    @Test(
        "are what was read",
        arguments: [
            ("us-east-1", .lambdaRequests, "0.2"), ("us-east-1", .lambdaDurationX86, "0.0000166667"),
            ("us-east-1", .lambdaDurationARM, "0.0000133334"), ("us-east-1", .lambdaEphemeralStorage, "0.0000000309"),
            ("us-east-1", .lambdaStreamedBytes, "0.008"), ("us-east-1", .provisionedConcurrencyX86, "0.0000041667"),
            ("us-east-1", .provisionedDurationX86, "0.0000097222"), ("us-east-1", .restAPIRequests, "3.5"),
            ("us-east-1", .httpAPIRequests, "1"), ("us-east-1", .apiCache500MB, "0.02"), ("us-east-1", .queueRequests, "0.4"),
            ("us-east-1", .fifoQueueRequests, "0.5"), ("us-east-1", .fairQueueRequests, "0.1"),
            ("us-east-1", .networkLoadBalancerHours, "0.0225"), ("us-east-1", .networkLoadBalancerCapacity, "0.006"),
            ("us-east-1", .vpcLinkHours, "0"), ("us-east-1", .interfaceEndpointHours, "0.01"),
            ("us-east-1", .natGatewayHours, "0.045"), ("us-east-1", .dataTransferOut, "0.09"),
            ("ap-northeast-2", .lambdaDurationX86, "0.0000166667"), ("ap-northeast-2", .lambdaEphemeralStorage, "0.0000000352"),
            ("ap-northeast-2", .provisionedConcurrencyX86, "0.0000051254"), ("ap-northeast-2", .httpAPIRequests, "1.23"),
            ("ap-northeast-2", .restAPIRequests, "3.5"), ("ap-northeast-2", .networkLoadBalancerHours, "0.0225"),
            ("ap-northeast-2", .interfaceEndpointHours, "0.013"), ("ap-northeast-2", .natGatewayHours, "0.059"),
            ("ap-northeast-2", .dataTransferOut, "0.126"),
        ] as [(String, PricedItem, String)])
    func figures(region: String, item: PricedItem, price: String) {
        #expect(PriceBook.embedded.table(for: region)[item]?.tiers.first?.price.exactText == price)
    }

    @Test("of each region have a source each, and what was not read is named")
    func sources() {
        for region in PriceBook.embedded.regions {
            for item in PricedItem.allCases {
                if region.table[item] == nil {
                    #expect(region.missing[item] != nil, "\(region.table.region) \(item.rawValue)")
                } else {
                    #expect(
                        region.sources[item].flatMap { PriceBook.embedded.sources[$0] } != nil,
                        "\(region.table.region) \(item.rawValue)")
                }
            }
        }
        #expect(PriceBook.embedded.regions.map(\.table.region) == ["us-east-1", "ap-northeast-2"])
    }

    /// By hand: 333 M at $3.50 and 1,667 M at $3.19.
    @Test("that were read in part are charged on, and the estimate says so")
    func knownTo() {
        func estimate(_ requests: Int) -> Estimate {
            APIWorkload(.rest, requests: requests).estimate(.embedded, region: "ap-northeast-2", extent: .always)
        }
        #expect(estimate(1_000_000_000).notes.isEmpty)
        #expect(
            estimate(2_000_000_000).notes.first?.contains("prices beyond 1,000 million requests a month were not read") == true)
        #expect(estimate(2_000_000_000).bill.total.exactText == "6483.23")
        let elsewhere = APIWorkload(.rest, requests: 1).estimate(.embedded, region: "eu-west-1", extent: .always)
        #expect(elsewhere.notes == ["There are no prices of eu-west-1: these are of us-east-1."])
    }

    @Test("of a file go over those that are there, and another region may stand in")
    func file() throws {
        var book = PriceBook.embedded
        let text = """
            {"pricesOf": "2026-11-01", "regions": {
              "us-east-1": {"prices": {"nlb.hours": 0.03}},
              "eu-central-1": {"like": "us-east-1", "prices": {
                "api.http.requests": {"per": "million requests", "tiers": [{"upTo": 300, "usd": 1.2}, {"usd": 1.08}]}}}}}
            """
        try book.read(Array(text.utf8), file: "mine.json")
        #expect(book.table(for: "us-east-1")[.networkLoadBalancerHours]?.tiers.first?.price.exactText == "0.03")
        #expect(book.table(for: "us-east-1").requests == PriceTable.usEast1.requests)
        #expect(book.table(for: "us-east-1").pricesOf == "2026-11-01")
        let frankfurt = book.table(for: "eu-central-1")
        #expect(frankfurt.region == "eu-central-1")
        #expect(frankfurt[.httpAPIRequests]?.tiers.map(\.price.exactText) == ["1.2", "1.08"])
        #expect(frankfurt[.httpAPIRequests]?.tiers.map(\.from) == [0, 300])
        // What stands in comes from the region as corrected by the same file.
        #expect(frankfurt[.networkLoadBalancerHours]?.tiers.first?.price.exactText == "0.03")
        #expect(book.region("eu-central-1")?.like == "us-east-1")
    }

    @Test(
        "of a file that is wrong are refused with file, line, column and member",
        arguments: [
            (
                "{\"pricesOf\": \"2026-11-01\",\n \"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": \"x\"}}}}",
                "2:52: expected a number"
            ),
            ("{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hour\": 1}}}}", "1:51: 'nlb.hour' is no member of prices"),
            (
                "{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": -1}}}}",
                "1:52: regions.us-east-1.prices.nlb.hours: expected a price"
            ),
            (
                "{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {\"per\": \"day\", \"usd\": 1}}}}}",
                "this is priced per hour, not per day"
            ),
            ("{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {}}}}}", "nlb.hours: expected usd or tiers"),
            ("{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {\"tiers\": []}}}}}", "the last tier has no upTo"),
            (
                "{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {\"tiers\": [{\"upTo\": 5, \"usd\": 1}]}}}}}",
                "the last tier has no upTo"
            ),
            (
                "{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {\"tiers\": [{\"usd\": 1}, {\"usd\": 1}]}}}}}",
                "a tier behind the one without upTo"
            ),
            (
                "{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {\"tiers\": [{\"upTo\": 0, \"usd\": 1}]}}}}}",
                "rising numbers"
            ),
            (
                "{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": {\"usd\": 1, \"source\": \"nobody\"}}}}}",
                "no source is called 'nobody'"
            ),
            ("{\"regions\": {\"us-east-1\": {\"prices\": {\"nlb.hours\": 1, \"nlb.hours\": 2}}}}", "is there twice"),
            (
                "{\"regions\": {\"mars-1\": {\"pricesOf\": \"2026-11-01\", \"prices\": {\"nlb.hours\": 1}}}}",
                "prices are missing: lambda.requests, lambda.duration.x86_64"
            ),
            ("{\"regions\": {\"mars-1\": {\"prices\": {}}}}", "pricesOf is missing"),
            ("{\"regions\": {\"mars-1\": {\"like\": \"venus-1\"}}}", "there are no prices of 'venus-1'"),
            ("{\"pricesOf\": \"yesterday\"}", "1:14: pricesOf: expected a date"),
            ("{\"price\": 1}", "'price' is no member of a price file"),
            ("[]", "1:1: expected an object"), ("", "1:1: expected an object"), ("{\"regions\": {}} x", "unexpected text"),
        ])
    func faults(text: String, message: String) {
        var book = PriceBook.embedded
        let error = #expect(throws: PriceFileError.self) { try book.read(Array(text.utf8), file: "mine.json") }
        #expect(error?.description.hasPrefix("mine.json:") == true)
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("no cut or flipped byte of a price file traps")
    func mutations() {
        let text = Array(
            (#"{"pricesOf":"2026-11-01","sources":{"s":{"title":"t","date":"d"}},"regions":{"x":{"like":"us-east-1","prices":"#
                + #"{"nlb.hours":{"per":"hour","tiers":[{"upTo":5,"usd":1e-3},{"usd":0.5}],"source":"s","knownTo":9}}}},"#
                + #""free":[{"name":"f","items":["nlb.hours"],"quantity":3,"months":12}]}"#).utf8)
        for index in text.indices {
            for byte: UInt8 in [0x22, 0x2C, 0x30, 0x39, 0x5D, 0x7D, 0x7B, 0xFF] {
                var changed = text
                changed[index] = byte
                var book = PriceBook.embedded
                try? book.read(changed, file: "f")  // Only that it comes back: either outcome is right for some of them.
            }
            var book = PriceBook.embedded
            #expect(throws: PriceFileError.self) { try book.read(Array(text[..<index]), file: "f") }
        }
    }
}

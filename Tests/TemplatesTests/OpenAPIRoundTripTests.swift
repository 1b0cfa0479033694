import APIGateway
import CoreTypes
import Templates
import Testing

/// What is exported reads back as the same API, for any API: import(export(x)) = x.
@Suite struct OpenAPIRoundTripTests {
    static let seeds: [UInt64] = Array(1...150)

    static func read(_ document: JSON) throws -> API {
        try OpenAPILoader.load(text: document.description, files: files).api
    }

    @Test(arguments: seeds, [OpenAPIExport.Format.openAPI, .swagger])
    func aRestAPISurvives(seed: UInt64, format: OpenAPIExport.Format) throws {
        var generator = APIGenerator(seed: seed)
        let api = generator.restAPI(isSwagger: format == .swagger)
        let document = OpenAPIExport(format: format, stage: "Prod").document(of: .rest(api))
        #expect(try Self.read(document) == .rest(api), "seed \(seed): \(document)")
    }

    @Test(arguments: seeds) func anHTTPAPISurvives(seed: UInt64) throws {
        var generator = APIGenerator(seed: seed)
        let api = generator.httpAPI()
        let document = OpenAPIExport(stage: "$default").document(of: .http(api))
        #expect(try Self.read(document) == .http(api), "seed \(seed): \(document)")
    }
}

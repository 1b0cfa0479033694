import MartletRuntime

/// Returns the event, byte for byte. Behind an HTTP API or a function URL that is a response of status 200 with the event as its
/// JSON body, because payload format 2.0 takes an answer without `statusCode` for the body.
@main
struct Echo {
    static func main() async throws {
        try await LambdaRuntime { (event: ByteBuffer, _: LambdaContext) in event }.run()
    }
}

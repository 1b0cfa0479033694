/// What CloudWatch and CloudWatch Logs answer instead of a result.
struct ServiceError: Error, Hashable {
    let status: Int
    /// `ResourceNotFoundException`
    let code: String
    let message: String

    init(_ code: String, _ message: String, status: Int = 400) {
        self.status = status
        self.code = code
        self.message = message
    }
}

import CoreTypes

/// A queue's policy: what is checked when it is set, and the statements that AddPermission writes (API Reference, "AddPermission").
enum QueuePolicy {
    static let byteCountMax = 8_192
    static let statementCountMax = 20
    static let principalCountMax = 50
    static let conditionCountMax = 10
    static let labelLengthMax = 80
    static let permissionActionCountMax = 7

    /// `nil` for the empty text, which removes the policy.
    static func checked(_ text: String) throws(SQSError) -> String? {
        if text.isEmpty { return nil }
        let invalid = SQSError(.invalidAttributeValue, "Invalid value for the parameter Policy.")
        guard text.utf8.count <= Self.byteCountMax else { throw invalid }
        do {
            let document = try PolicyDocument(parsing: text)
            guard document.statements.count <= Self.statementCountMax, document.statements.allSatisfy(Self.isWithinLimits) else {
                throw invalid
            }
            return text
        } catch let error as PolicyError {
            throw SQSError(.invalidAttributeValue, "Invalid value for the parameter Policy. Reason: \(error)")
        } catch {
            throw invalid
        }
    }

    private static func isWithinLimits(_ statement: PolicyDocument.Statement) -> Bool {
        let principalCount =
            switch statement.principals {
            case .matching(let patterns), .except(let patterns): patterns.count
            case nil: 0
            }
        return principalCount <= Self.principalCountMax && statement.conditions.count <= Self.conditionCountMax
    }
}

/// An event of EventBridge, with the detail of its source.
///
/// Source: EventBridge user guide, "Events in Amazon EventBridge"
/// (https://docs.aws.amazon.com/eventbridge/latest/userguide/aws-events.html).
public struct EventBridgeEvent<Detail: Codable & Sendable>: Codable, Sendable {
    public let version: String
    public let id: String
    public let detailType: String
    public let source: String
    public let accountId: String
    /// `2026-11-21T05:47:00Z`
    public let time: String
    public let region: String
    public let resources: [String]
    public let detail: Detail

    enum CodingKeys: String, CodingKey {
        case version, id
        case detailType = "detail-type"
        case source
        case accountId = "account"
        case time, region, resources, detail
    }
}

/// The detail of an event that a rule's schedule makes: nothing.
public struct CloudwatchScheduled: Codable, Sendable {}

/// What a `Schedule` event sends to a function.
public typealias CloudwatchScheduledEvent = EventBridgeEvent<CloudwatchScheduled>

/// Changes of a table, as its stream hands them on.
///
/// Source: Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB"
/// (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html); DynamoDB Streams API reference, "Record".
public struct DynamoDBEvent: Codable, Sendable {
    public struct EventRecord: Codable, Sendable {
        public enum OperationType: String, Codable, Sendable {
            case insert = "INSERT"
            case modify = "MODIFY"
            case remove = "REMOVE"
        }

        public let eventID: String
        public let eventName: OperationType
        public let eventVersion: String
        public let eventSource: String
        public let awsRegion: String
        public let change: StreamRecord
        public let eventSourceArn: String

        enum CodingKeys: String, CodingKey {
            case eventID, eventName, eventVersion, eventSource, awsRegion
            case change = "dynamodb"
            case eventSourceArn = "eventSourceARN"
        }
    }

    public struct StreamRecord: Codable, Sendable {
        /// Seconds since 1970.
        public let approximateCreationDateTime: Double?
        public let keys: [String: AttributeValue]
        public let newImage: [String: AttributeValue]?
        public let oldImage: [String: AttributeValue]?
        public let sequenceNumber: String
        public let sizeBytes: Int64
        /// `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE`, `NEW_AND_OLD_IMAGES`
        public let streamViewType: String

        enum CodingKeys: String, CodingKey {
            case approximateCreationDateTime = "ApproximateCreationDateTime"
            case keys = "Keys"
            case newImage = "NewImage"
            case oldImage = "OldImage"
            case sequenceNumber = "SequenceNumber"
            case sizeBytes = "SizeBytes"
            case streamViewType = "StreamViewType"
        }
    }

    /// A value with its type as the only member's name: `{"N": "17"}`. Numbers stay text, binary values base64.
    public indirect enum AttributeValue: Hashable, Sendable {
        case boolean(Bool)
        case binary(String)
        case binarySet([String])
        case string(String)
        case stringSet([String])
        case null
        case number(String)
        case numberSet([String])
        case list([AttributeValue])
        case map([String: AttributeValue])
    }

    public let records: [EventRecord]

    enum CodingKeys: String, CodingKey {
        case records = "Records"
    }
}

extension DynamoDBEvent.AttributeValue: Codable {
    enum CodingKeys: String, CodingKey {
        case boolean = "BOOL"
        case binary = "B"
        case binarySet = "BS"
        case string = "S"
        case stringSet = "SS"
        case null = "NULL"
        case number = "N"
        case numberSet = "NS"
        case list = "L"
        case map = "M"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.allKeys.count == 1, let key = container.allKeys.first else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "an attribute value has exactly one member, its type"))
        }
        switch key {
        case .boolean: self = .boolean(try container.decode(Bool.self, forKey: key))
        case .binary: self = .binary(try container.decode(String.self, forKey: key))
        case .binarySet: self = .binarySet(try container.decode([String].self, forKey: key))
        case .string: self = .string(try container.decode(String.self, forKey: key))
        case .stringSet: self = .stringSet(try container.decode([String].self, forKey: key))
        case .null: self = .null
        case .number: self = .number(try container.decode(String.self, forKey: key))
        case .numberSet: self = .numberSet(try container.decode([String].self, forKey: key))
        case .list: self = .list(try container.decode([Self].self, forKey: key))
        case .map: self = .map(try container.decode([String: Self].self, forKey: key))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .boolean(let flag): try container.encode(flag, forKey: .boolean)
        case .binary(let text): try container.encode(text, forKey: .binary)
        case .binarySet(let texts): try container.encode(texts, forKey: .binarySet)
        case .string(let text): try container.encode(text, forKey: .string)
        case .stringSet(let texts): try container.encode(texts, forKey: .stringSet)
        case .null: try container.encode(true, forKey: .null)
        case .number(let text): try container.encode(text, forKey: .number)
        case .numberSet(let texts): try container.encode(texts, forKey: .numberSet)
        case .list(let values): try container.encode(values, forKey: .list)
        case .map(let values): try container.encode(values, forKey: .map)
        }
    }
}

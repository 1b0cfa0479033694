/// What happened to objects of a bucket.
///
/// Source: S3 user guide, "Event message structure"
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
public struct S3Event: Codable, Sendable {
    public struct Record: Codable, Sendable {
        public struct UserIdentity: Codable, Sendable {
            public let principalId: String
        }

        public struct RequestParameters: Codable, Sendable {
            public let sourceIPAddress: String
        }

        public struct Entity: Codable, Sendable {
            public let configurationId: String
            public let schemaVersion: String
            public let bucket: Bucket
            public let object: Object

            enum CodingKeys: String, CodingKey {
                case configurationId
                case schemaVersion = "s3SchemaVersion"
                case bucket, object
            }
        }

        public struct Bucket: Codable, Sendable {
            public let name: String
            public let ownerIdentity: UserIdentity
            public let arn: String
        }

        public struct Object: Codable, Sendable {
            /// URL-encoded, a space as `+`.
            public let key: String
            /// Absent for deletions, as is the tag.
            public let size: UInt64?
            public let eTag: String?
            public let versionId: String?
            public let sequencer: String
        }

        public let eventVersion: String
        public let eventSource: String
        public let awsRegion: String
        /// `2026-11-21T05:47:00.123Z`
        public let eventTime: String
        /// `ObjectCreated:Put`
        public let eventName: String
        public let userIdentity: UserIdentity
        public let requestParameters: RequestParameters
        public let responseElements: [String: String]
        public let s3: Entity
    }

    public let records: [Record]

    enum CodingKeys: String, CodingKey {
        case records = "Records"
    }
}

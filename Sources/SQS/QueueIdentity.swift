package import CoreTypes

/// Names a queue within a journal. Never used again, so that a queue of the same name that is created later is another queue.
package struct QueueID: Hashable, Comparable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Names a message within a journal: rises with each message that is added or moved, over all queues. The sequence number of
/// a FIFO message is made of it.
package struct MessageSerial: Hashable, Comparable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    /// 20 digits, rising but not consecutive, as SQS writes them: `18800000000000000256`.
    package var sequenceNumber: String {
        let digits = String(self.value &* 256)
        return "188" + String(repeating: "0", count: max(17 - digits.utf8.count, 0)) + digits
    }
}

/// A queue as users name it: the same name in two regions is two queues.
package struct QueueName: Hashable, Sendable {
    package let region: String
    package let name: String

    package init(region: String, name: String) {
        self.region = region
        self.name = name
    }

    /// Reads any form of a queue URL: AWS's `https://sqs.region.amazonaws.com/account/name`, `http://host:port/account/name`,
    /// `http://host:port/queue/region/account/name` and the bare name. Scheme and host are ignored, so that a URL made through
    /// `localhost` works through any other name; the region is the caller's but in the third form.
    /// - Returns: `nil` for a malformed path or another account.
    package init?(queueURL: String, region: String, account: String) {
        // By bytes and from its end, without a list of its parts: it is read with every request.
        var queueURL = queueURL
        let read = queueURL.withUTF8 { Self.read($0, region: region, account: account) }
        guard let read else { return nil }
        self = read
    }

    private static func read(_ url: UnsafeBufferPointer<UInt8>, region: String, account: String) -> Self? {
        func start(ofSegmentBefore end: Int) -> Int { url[..<end].lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0 }
        let nameStart = start(ofSegmentBefore: url.count)
        guard nameStart < url.count else { return nil }
        let name = String(decoding: url[nameStart...], as: UTF8.self)
        guard nameStart > 0 else { return Self(region: region, name: name) }
        let accountStart = start(ofSegmentBefore: nameStart - 1)
        guard url[accountStart..<nameStart - 1].elementsEqual(account.utf8) else { return nil }
        let regionStart = start(ofSegmentBefore: max(accountStart - 1, 0))
        guard regionStart > 0 else { return Self(region: region, name: name) }
        let formStart = start(ofSegmentBefore: regionStart - 1)
        guard url[formStart..<regionStart - 1].elementsEqual("queue".utf8) else { return Self(region: region, name: name) }
        return Self(region: String(decoding: url[regionStart..<accountStart - 1], as: UTF8.self), name: name)
    }

    package init?(arn text: String, account: String) {
        guard let arn = ARN(text), arn.service == "sqs", arn.account == account else { return nil }
        self.init(region: arn.region, name: arn.resource)
    }

    package func arn(account: String) -> ARN {
        ARN(service: "sqs", region: self.region, account: account, resource: self.name)
    }

    /// `/account/name`: what follows scheme and host in a queue URL.
    package func path(account: String) -> String { "/\(account)/\(self.name)" }

    static let suffix = ".fifo"
    static let lengthMax = 80

    /// 1 to 80 of `A-Z a-z 0-9 _ -`; `.fifo`, which counts, closes the name of a FIFO queue and of no other.
    static func check(_ name: String, isFIFO: Bool) throws(SQSError) {
        let base = isFIFO && name.hasSuffix(Self.suffix) ? name.dropLast(Self.suffix.count) : name[...]
        let isWellFormed =
            !base.isEmpty && name.utf8.count <= Self.lengthMax && base.utf8.allSatisfy { CharacterRules.isNameCharacter($0) }
        if isFIFO, !isWellFormed || !name.hasSuffix(Self.suffix) {
            throw SQSError(
                .invalidParameterValue,
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
                    + "must end with .fifo suffix and be 1 to 80 in length"
            )
        }
        if !isWellFormed {
            throw SQSError(
                .invalidParameterValue,
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        }
    }
}

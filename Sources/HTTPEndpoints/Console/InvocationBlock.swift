import Billing
import CoreTypes

/// Some records of ``InvocationRing``, one after the other: what differs from one to the next as a row, and what many share once.
struct InvocationBlock {
    struct Row {
        let requestID: RequestID
        let startedAt: Timestamp
        let receivedAt: Timestamp
        let duration: Duration
        /// Negative for a warm one.
        let initDuration: Duration
        /// `nil` unless the function failed.
        let errorType: String?
        /// Place among ``InvocationBlock/functions``.
        let function: UInt16
        let source: InvocationRecord.Source
        let isTimeout: Bool
        let isStreamed: Bool
        let maxMemoryUsedMB: UInt32
        let requestBytes: UInt32
        let responseBytes: UInt32
    }

    /// What the invocations of a function's version have in common.
    struct Function: Hashable {
        let name: String
        let version: String
        let memoryMB: Int
        let ephemeralStorageMB: Int
        let isARM: Bool
    }

    /// Of the first row; the others follow one by one.
    let firstNumber: Int64
    private(set) var rows = ContiguousArray<Row>()
    /// A function may be there several times: only the latest are compared.
    private(set) var functions: [Function] = []
    private static let functionsCompared = 8

    /// - Parameter capacity: as many rows as will come at most.
    init(firstNumber: UInt64, capacity: Int) {
        precondition(capacity <= UInt16.max, "a row counts functions in 16 bits")
        self.firstNumber = Int64(firstNumber)
        self.rows.reserveCapacity(capacity)
    }

    mutating func append(_ record: InvocationRecord, receivedAt: Timestamp) {
        var errorType: String?
        if case .error(let type) = record.outcome { errorType = type }
        self.rows.append(
            Row(
                requestID: record.requestID, startedAt: record.startedAt, receivedAt: receivedAt,
                duration: record.duration, initDuration: record.initDuration ?? .nanoseconds(-1),
                errorType: errorType, function: self.place(of: record), source: record.source,
                isTimeout: record.outcome == .timeout, isStreamed: record.isStreamed,
                maxMemoryUsedMB: UInt32(clamping: record.maxMemoryUsedMB), requestBytes: UInt32(clamping: record.requestBytes),
                responseBytes: UInt32(clamping: record.responseBytes)))
    }

    private mutating func place(of record: InvocationRecord) -> UInt16 {
        if let known = self.functions.indices.suffix(Self.functionsCompared).last(where: { self.functions[$0].isOf(record) }) {
            return UInt16(known)
        }
        self.functions.append(
            Function(
                name: record.functionName, version: record.version, memoryMB: record.memoryMB,
                ephemeralStorageMB: record.ephemeralStorageMB, isARM: record.isARM))
        return UInt16(self.functions.count - 1)
    }

    func invocation(at place: Int) -> RecordedInvocation {
        let row = self.rows[place]
        let function = self.functions[Int(row.function)]
        let record = InvocationRecord(
            requestID: row.requestID, functionName: function.name, version: function.version, source: row.source,
            startedAt: row.startedAt, initDuration: row.isColdStart ? row.initDuration : nil,
            duration: row.duration, memoryMB: function.memoryMB,
            ephemeralStorageMB: function.ephemeralStorageMB, isARM: function.isARM, maxMemoryUsedMB: Int(row.maxMemoryUsedMB),
            outcome: row.outcome, requestBytes: Int(row.requestBytes), responseBytes: Int(row.responseBytes),
            isStreamed: row.isStreamed)
        return RecordedInvocation(number: UInt64(self.firstNumber) + UInt64(place), record: record, receivedAt: row.receivedAt)
    }

    /// A query, made for the rows of one block.
    struct Filter {
        private let query: InvocationQuery
        /// `nil` where any will do.
        private let isWanted: [Bool]?

        init(_ query: InvocationQuery, _ block: InvocationBlock) {
            self.query = query
            self.isWanted = query.function.map { name in block.functions.map { $0.name == name } }
        }

        func takes(_ row: Row) -> Bool {
            (self.isWanted?[Int(row.function)] ?? true) && (self.query.source.map { $0 == row.source } ?? true)
                && (self.query.outcome.map { $0 == row.kind } ?? true)
                && (!self.query.coldStartsOnly || row.isColdStart)
                && (self.query.since.map { $0 <= row.startedAt } ?? true)
        }
    }
}

extension InvocationBlock.Row {
    var isColdStart: Bool { self.initDuration >= .zero }
    var outcome: InvocationRecord.Outcome { self.errorType.map { .error(type: $0) } ?? (self.isTimeout ? .timeout : .success) }
    var kind: InvocationRecord.Outcome.Kind { self.errorType != nil ? .error : self.isTimeout ? .timeout : .success }
}

extension InvocationBlock.Function {
    func isOf(_ record: InvocationRecord) -> Bool {
        self.memoryMB == record.memoryMB && self.name == record.functionName && self.version == record.version
            && self.ephemeralStorageMB == record.ephemeralStorageMB && self.isARM == record.isARM
    }
}

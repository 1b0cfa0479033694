import Billing
import CoreTypes

/// Some records of ``InvocationRing``, one after the other: what differs from one to the next as a row, and what many share once.
struct InvocationBlock {
    struct Row {
        let requestID: RequestID
        let startedAt: Timestamp
        let receivedAt: Timestamp
        let durationNanoseconds: Int64
        /// Negative for a warm one.
        let initNanoseconds: Int64
        /// Place among ``InvocationBlock/functions``.
        let function: UInt16
        /// Place among ``InvocationBlock/errorTypes``, if the function failed.
        let errorType: UInt16?
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
    /// In the same way.
    private(set) var errorTypes: [String] = []

    /// - Parameter capacity: as many rows as will come at most.
    init(firstNumber: UInt64, capacity: Int) {
        precondition(capacity <= UInt16.max, "a row counts functions in 16 bits")
        self.firstNumber = Int64(firstNumber)
        self.rows.reserveCapacity(capacity)
    }

    mutating func append(_ record: InvocationRecord, receivedAt: Timestamp) {
        var errorType: UInt16?
        if case .error(let type) = record.outcome { errorType = self.place(of: type) }
        self.rows.append(
            Row(
                requestID: record.requestID, startedAt: record.startedAt, receivedAt: receivedAt,
                durationNanoseconds: record.duration.nanoseconds, initNanoseconds: record.initDuration?.nanoseconds ?? -1,
                function: self.place(of: record), errorType: errorType, source: record.source,
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

    private mutating func place(of errorType: String) -> UInt16 {
        if let known = self.errorTypes.indices.suffix(Self.functionsCompared).last(where: { self.errorTypes[$0] == errorType }) {
            return UInt16(known)
        }
        self.errorTypes.append(errorType)
        return UInt16(self.errorTypes.count - 1)
    }

    private func outcome(of row: Row) -> InvocationRecord.Outcome {
        row.errorType.map { .error(type: self.errorTypes[Int($0)]) } ?? (row.isTimeout ? .timeout : .success)
    }

    func invocation(at place: Int) -> RecordedInvocation {
        let row = self.rows[place]
        let function = self.functions[Int(row.function)]
        let record = InvocationRecord(
            requestID: row.requestID, functionName: function.name, version: function.version, source: row.source,
            startedAt: row.startedAt, initDuration: row.isColdStart ? .nanoseconds(row.initNanoseconds) : nil,
            duration: row.duration, memoryMB: function.memoryMB,
            ephemeralStorageMB: function.ephemeralStorageMB, isARM: function.isARM, maxMemoryUsedMB: Int(row.maxMemoryUsedMB),
            outcome: self.outcome(of: row), requestBytes: Int(row.requestBytes), responseBytes: Int(row.responseBytes),
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
    var duration: Duration { .nanoseconds(self.durationNanoseconds) }
    var isColdStart: Bool { self.initNanoseconds >= 0 }
    var kind: InvocationRecord.Outcome.Kind { self.errorType != nil ? .error : self.isTimeout ? .timeout : .success }
}

extension InvocationBlock.Function {
    func isOf(_ record: InvocationRecord) -> Bool {
        self.memoryMB == record.memoryMB && self.name == record.functionName && self.version == record.version
            && self.ephemeralStorageMB == record.ephemeralStorageMB && self.isARM == record.isARM
    }
}

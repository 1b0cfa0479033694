import CoreTypes
import ExecutionEnvironments
import Monitoring

extension MetricsWire {
    private static let listLimit = 500
    private static let nameLength = 1...255
    private static let valueLength = 1...1_024
    private static let dimensionsMax = 30

    // MARK: ListMetrics

    func listMetrics(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let namespace = try members.string("Namespace", length: Self.nameLength)
        let name = try members.string("MetricName", length: Self.nameLength)
        var dimensions: [(name: String, value: String?)] = []
        for filter in try members.structures("Dimensions") ?? [] {
            dimensions.append(
                (try filter.requiredString("Name", length: Self.nameLength), try filter.string("Value", length: Self.valueLength))
            )
        }
        var start = 0
        if let token = try members.string("NextToken") {
            guard let offset = Int(token), offset >= 0 else {
                throw ServiceError("InvalidParameterValue", "The value \(token) for parameter NextToken is invalid.")
            }
            start = offset
        }
        let found = self.host.metrics.find(namespace: namespace, name: name, dimensions: dimensions).dropFirst(start)
        var result: JSONObject = [
            "Metrics": .array(found.prefix(Self.listLimit).map { .object(Self.json($0)) })
        ]
        if found.count > Self.listLimit { result["NextToken"] = .string(String(start + Self.listLimit)) }
        return result
    }

    private static func json(_ identity: MetricIdentity) -> JSONObject {
        [
            "Namespace": .string(identity.namespace), "MetricName": .string(identity.name),
            "Dimensions": .array(identity.dimensions.map { ["Name": .string($0.name), "Value": .string($0.value)] }),
        ]
    }

    // MARK: GetMetricStatistics

    private static let datapointsMax = 1_440

    func getMetricStatistics(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let identity = try self.identity(members)
        let start = try members.requiredTime("StartTime")
        let end = try members.requiredTime("EndTime")
        guard start < end else {
            throw ServiceError("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
        }
        let period = try self.period(members)
        let count = Int(end.seconds - start.seconds) / period
        guard count <= Self.datapointsMax else {
            throw ServiceError(
                "InvalidParameterCombination",
                "You have requested up to \(count) datapoints, which exceeds the limit of \(Self.datapointsMax). "
                    + "You may reduce the datapoints requested by increasing Period, or decreasing the time range.")
        }
        let plain = try members.strings("Statistics") ?? []
        let extended = try members.strings("ExtendedStatistics") ?? []
        guard !plain.isEmpty || !extended.isEmpty else {
            throw ServiceError("MissingParameter", "The parameters Statistics or ExtendedStatistics are required.")
        }
        for name in plain where !["SampleCount", "Sum", "Average", "Minimum", "Maximum"].contains(name) {
            throw ServiceError("InvalidParameterValue", "The value \(name) for parameter Statistics is invalid.")
        }
        var statistics: [(name: String, statistic: Statistic)] = []
        for name in plain + extended { statistics.append((name, try Self.statistic(name))) }
        var result: JSONObject = ["Label": .string(identity.name)]
        let unit = try self.unit(members)
        guard let series = self.host.metrics[identity], unit == nil || unit == series.unit else {
            result["Datapoints"] = []
            return result
        }
        result["Datapoints"] = .array(
            series.datapoints(from: start, to: end, periodSeconds: Int64(period)).map { point in
                .object(Self.json(point, statistics, Set(extended), series.unit))
            })
        return result
    }

    private static func json(
        _ point: Datapoint, _ statistics: [(name: String, statistic: Statistic)], _ extended: Set<String>, _ unit: MetricUnit
    ) -> JSONObject {
        var object: JSONObject = ["Timestamp": .number(JSONNumber(point.time.seconds))]
        var percentiles = JSONObject()
        for (name, statistic) in statistics {
            guard let value = statistic.value(of: point.values) else { continue }
            if extended.contains(name) { percentiles[name] = Self.number(value) } else { object[name] = Self.number(value) }
        }
        object["Unit"] = .string(unit.rawValue)
        if !percentiles.isEmpty { object["ExtendedStatistics"] = .object(percentiles) }
        return object
    }

    private static func number(_ value: Double) -> JSON { .number(JSONNumber(value)) }

    private static func statistic(_ name: String) throws(ServiceError) -> Statistic {
        guard let statistic = Statistic(name) else {
            throw ServiceError(
                "InvalidParameterValue",
                "The value \(name) for parameter ExtendedStatistics is invalid here: SampleCount, Sum, Average, Minimum, Maximum "
                    + "and percentiles such as p99.9 are computed.")
        }
        return statistic
    }

    // MARK: GetMetricData

    private static let queriesMax = 500

    func getMetricData(_ members: RequestMembers) throws(ServiceError) -> JSONObject {
        let start = try members.requiredTime("StartTime")
        let end = try members.requiredTime("EndTime")
        guard start < end else {
            throw ServiceError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
        }
        let ascending = try members.word("ScanBy", of: ["TimestampDescending", "TimestampAscending"]) == "TimestampAscending"
        let queries = try members.structures("MetricDataQueries") ?? []
        guard (1...Self.queriesMax).contains(queries.count) else {
            throw ServiceError("ValidationError", "A request has 1 to \(Self.queriesMax) MetricDataQueries.")
        }
        var ids: Set<String> = []
        var results: [JSON] = []
        for query in queries {
            let id = try query.requiredString("Id", length: Self.nameLength)
            guard ids.insert(id).inserted else {
                throw ServiceError("ValidationError", "The value of parameter Id in MetricDataQueries is not unique: \(id).")
            }
            guard try query.bool("ReturnData") ?? true else { continue }
            results.append(.object(try self.result(of: query, id, start, end, ascending)))
        }
        return ["MetricDataResults": .array(results), "Messages": []]
    }

    private func result(
        of query: RequestMembers, _ id: String, _ start: Timestamp, _ end: Timestamp, _ ascending: Bool
    ) throws(ServiceError) -> JSONObject {
        guard let stat = try query.structure("MetricStat"), let metric = try stat.structure("Metric") else {
            throw ServiceError(
                "ValidationError",
                "\(id): metric math, SEARCH and Metrics Insights are not emulated; a query here has a MetricStat.")
        }
        let identity = try self.identity(metric)
        let period = try self.period(stat)
        let name = try stat.requiredString("Stat")
        let statistic = try Self.statistic(name)
        let unit = try self.unit(stat)
        var points: [(time: Timestamp, value: Double)] = []
        if let series = self.host.metrics[identity], unit == nil || unit == series.unit {
            points = series.datapoints(from: start, to: end, periodSeconds: Int64(period)).compactMap { point in
                statistic.value(of: point.values).map { (point.time, $0) }
            }
        }
        if !ascending { points.reverse() }
        return [
            "Id": .string(id), "Label": .string(try query.string("Label") ?? identity.name),
            "Timestamps": .array(points.map { .number(JSONNumber($0.time.seconds)) }),
            "Values": .array(points.map { Self.number($0.value) }), "StatusCode": "Complete",
        ]
    }

    // MARK: PutMetricData

    private static let dataMax = 1_000
    private static let valuesMax = 150

    func putMetricData(_ members: RequestMembers) throws(ServiceError) {
        let namespace = try members.requiredString("Namespace", length: Self.nameLength)
        guard !namespace.hasPrefix("AWS/") else {
            throw ServiceError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        }
        var data: [MetricDatum] = []
        for datum in try members.structures("MetricData") ?? [] { data.append(try self.datum(datum, namespace)) }
        for entity in try members.structures("EntityMetricData") ?? [] {
            for datum in try entity.structures("MetricData") ?? [] { data.append(try self.datum(datum, namespace)) }
        }
        guard data.count <= Self.dataMax else {
            throw ServiceError(
                "InvalidParameterValue", "The collection MetricData must not have a size greater than \(Self.dataMax).")
        }
        self.host.record(data)
    }

    private func datum(_ members: RequestMembers, _ namespace: String) throws(ServiceError) -> MetricDatum {
        let name = try members.requiredString("MetricName", length: Self.nameLength)
        let identity = MetricIdentity(namespace, name, try self.dimensions(members))
        let now = HostClock.now()
        let time = try members.time("Timestamp") ?? now
        guard MetricDatum.accepts(milliseconds: Int(time.milliseconds), at: now) else {
            throw ServiceError(
                "InvalidParameterValue",
                "The parameter MetricData.Timestamp of \(name) must be from two weeks ago to two hours ahead.")
        }
        return MetricDatum(identity, unit: try self.unit(members) ?? .none, time: time, try self.content(members, name))
    }

    private func content(_ members: RequestMembers, _ name: String) throws(ServiceError) -> MetricDatum.Content {
        guard [members.has("Value"), members.has("Values"), members.has("StatisticValues")].count(where: { $0 }) == 1 else {
            throw ServiceError(
                "InvalidParameterCombination",
                "The parameters Value, Values and StatisticValues of \(name) exclude each other, and one of them is needed.")
        }
        if let value = try members.number("Value") { return .values([(value, 1)]) }
        if let set = try members.structure("StatisticValues") {
            let count = try set.requiredNumber("SampleCount")
            let (minimum, maximum) = (try set.requiredNumber("Minimum"), try set.requiredNumber("Maximum"))
            guard count > 0, minimum <= maximum else {
                throw ServiceError("InvalidParameterValue", "The StatisticValues of \(name) are those of no values.")
            }
            return .summary(count: count, sum: try set.requiredNumber("Sum"), minimum: minimum, maximum: maximum)
        }
        let values = try members.numbers("Values") ?? []
        let counts = try members.numbers("Counts") ?? Array(repeating: 1, count: values.count)
        guard (1...Self.valuesMax).contains(values.count), counts.count == values.count, counts.allSatisfy({ $0 > 0 }) else {
            throw ServiceError(
                "InvalidParameterValue", "The Values of \(name) are 1 to \(Self.valuesMax), and each has one of Counts, above 0.")
        }
        return .values(zip(values, counts).map { ($0, $1) })
    }

    // MARK: Parts

    private func identity(_ members: RequestMembers) throws(ServiceError) -> MetricIdentity {
        MetricIdentity(
            try members.requiredString("Namespace", length: Self.nameLength),
            try members.requiredString("MetricName", length: Self.nameLength), try self.dimensions(members))
    }

    private func dimensions(_ members: RequestMembers) throws(ServiceError) -> [Dimension] {
        let list = try members.structures("Dimensions") ?? []
        guard list.count <= Self.dimensionsMax else {
            throw ServiceError("InvalidParameterValue", "A metric has at most \(Self.dimensionsMax) dimensions.")
        }
        var dimensions: [Dimension] = []
        for dimension in list {
            dimensions.append(
                Dimension(
                    try dimension.requiredString("Name", length: Self.nameLength),
                    try dimension.requiredString("Value", length: Self.valueLength)))
        }
        return dimensions
    }

    private func unit(_ members: RequestMembers) throws(ServiceError) -> MetricUnit? {
        try members.word("Unit", of: MetricUnit.allCases.map(\.rawValue)).flatMap(MetricUnit.init(rawValue:))
    }

    /// Whole minutes. Shorter ones are for metrics of high resolution, which are kept by the minute here: they count as one.
    private func period(_ members: RequestMembers) throws(ServiceError) -> Int {
        guard let period = try members.integer("Period", range: 1...86_400) else { throw members.missing("Period") }
        if [1, 5, 10, 20, 30].contains(period) { return 60 }
        guard period % 60 == 0 else {
            throw ServiceError(
                "InvalidParameterValue", "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, not \(period).")
        }
        return period
    }
}

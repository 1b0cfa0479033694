import CoreTypes
import ExecutionEnvironments
import Monitoring

/// CloudWatch Logs over its JSON 1.1 protocol: the actions that read, and those by which programs write (Amazon CloudWatch Logs
/// API reference, 2014-03-28). Others get an error that names them.
struct LogsWire {
    let host: MonitoringHost

    static let targetPrefix = "Logs_20140328."
    static let codes = RequestMembers.Codes(invalid: "InvalidParameterException", missing: "InvalidParameterException")

    enum Action: String {
        case describeLogGroups = "DescribeLogGroups"
        case describeLogStreams = "DescribeLogStreams"
        case filterLogEvents = "FilterLogEvents"
        case getLogEvents = "GetLogEvents"
        case createLogGroup = "CreateLogGroup"
        case createLogStream = "CreateLogStream"
        case deleteLogGroup = "DeleteLogGroup"
        case deleteLogStream = "DeleteLogStream"
        case putLogEvents = "PutLogEvents"
    }

    /// - Returns: `nil` for requests to other services and for actions that are not emulated.
    func response(to request: AWSRequest, requestID: RequestID) -> AWSResponse? {
        guard let target = request.header("x-amz-target"), target.hasPrefix(Self.targetPrefix) else { return nil }
        let name = String(target.dropFirst(Self.targetPrefix.utf8.count))
        guard let action = Action(rawValue: name) else {
            return name == "StartLiveTail" ? Self.response(Self.noLiveTail, requestID) : nil
        }
        do throws(ServiceError) {
            let body = try Self.body(request)
            let result = try self.perform(action, RequestMembers(body, Self.codes))
            return Self.response(status: 200, result.map(JSON.object), requestID)
        } catch {
            return Self.response(error, requestID)
        }
    }

    private static let noLiveTail = ServiceError(
        "UnsupportedOperation",
        "The action StartLiveTail of the service logs is not emulated. FilterLogEvents is, and 'martlet logs -f' follows a log.",
        status: 501)

    private func perform(_ action: Action, _ members: RequestMembers) throws(ServiceError) -> JSONObject? {
        switch action {
        case .describeLogGroups: return try self.describeLogGroups(members)
        case .describeLogStreams: return try self.describeLogStreams(members)
        case .filterLogEvents: return try self.filterLogEvents(members)
        case .getLogEvents: return try self.getLogEvents(members)
        case .createLogGroup: try self.createLogGroup(members)
        case .createLogStream: try self.createLogStream(members)
        case .deleteLogGroup: self.host.removeLogGroup(try self.group(members))
        case .deleteLogStream:
            let group = try self.group(members)
            self.host.removeLogStream(try self.stream(members, of: group), of: group)
        case .putLogEvents: return try self.putLogEvents(members)
        }
        return nil
    }

    private static func body(_ request: AWSRequest) throws(ServiceError) -> JSONObject {
        guard !request.body.isEmpty else { return JSONObject() }
        do {
            if let object = try JSON(parsing: request.body).objectValue { return object }
        } catch {
            throw ServiceError("SerializationException", "The request is no JSON: \(error)")
        }
        throw ServiceError("SerializationException", "The request is no JSON object")
    }

    private static func response(_ error: ServiceError, _ requestID: RequestID) -> AWSResponse {
        self.response(
            status: error.status, ["__type": .string(error.code), "message": .string(error.message)], requestID)
    }

    private static func response(status: Int, _ json: JSON?, _ requestID: RequestID) -> AWSResponse {
        AWSResponse(
            status: status,
            headers: [
                AWSRequest.Header("Content-Type", "application/x-amz-json-1.1"),
                AWSRequest.Header("x-amzn-RequestId", requestID.description),
            ], body: json?.bytes ?? [])
    }

    // MARK: Names

    static let nameLength = 1...512
    static let noGroup = ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
    static let noStream = ServiceError("ResourceNotFoundException", "The specified log stream does not exist.")

    /// The group that a request names, by name or ARN, which must exist.
    func group(_ members: RequestMembers) throws(ServiceError) -> String {
        let name = try members.string("logGroupName", length: Self.nameLength)
        let identifier = try members.string("logGroupIdentifier", length: 1...2_048)
        guard (name == nil) != (identifier == nil) else {
            throw ServiceError("InvalidParameterException", "Either logGroupName or logGroupIdentifier is needed, and not both.")
        }
        let group = name ?? identifier.map { Self.groupName(ofARN: $0) ?? $0 } ?? ""
        guard self.host.logs.hasGroup(group) else { throw Self.noGroup }
        return group
    }

    /// `arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/Hello:*`
    static func groupName(ofARN text: String) -> String? {
        guard let arn = ARN(text), arn.service == "logs", arn.resource.hasPrefix("log-group:") else { return nil }
        let name = arn.resource.dropFirst("log-group:".utf8.count)
        return String(name.hasSuffix(":*") ? name.dropLast(2) : name)
    }

    func stream(_ members: RequestMembers, of group: String) throws(ServiceError) -> String {
        let name = try members.requiredString("logStreamName", length: Self.nameLength)
        guard self.host.logs.stream(name, of: group) != nil else { throw Self.noStream }
        return name
    }

    func arn(of group: String) -> String {
        ARN(service: "logs", region: self.host.region, account: self.host.account, resource: "log-group:\(group)").description
    }

    static func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }
    static func milliseconds(_ time: Timestamp) -> JSON { .number(JSONNumber(time.milliseconds)) }
}

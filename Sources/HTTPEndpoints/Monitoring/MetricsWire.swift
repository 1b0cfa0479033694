import CoreTypes
import Monitoring

/// CloudWatch's metrics over the three protocols that clients speak: JSON 1.0 (boto3), Query (older SDKs), smithy-rpc-v2-cbor
/// (newer ones). They differ in how they spell a request, so that all are read as JSON and answered from JSON. (Amazon
/// CloudWatch API reference, 2010-08-01; Smithy, "Smithy RPC v2 CBOR protocol")
struct MetricsWire {
    let host: MonitoringHost

    static let targetPrefix = "GraniteServiceVersion20100801."
    private static let cborPath = "/service/GraniteServiceVersion20100801/operation/"
    private static let namespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"
    private static let version = "2010-08-01"
    static let codes = RequestMembers.Codes(invalid: "InvalidParameterValue", missing: "MissingParameter")
    /// Members of answers that hold times, and that hold maps.
    private static let times: Set<String> = ["Timestamp", "Timestamps"]
    private static let maps: Set<String> = ["ExtendedStatistics"]
    /// Of a request (Amazon CloudWatch quotas, "PutMetricData").
    private static let bodyBytes = 1 << 20

    enum Action: String {
        case getMetricData = "GetMetricData"
        case getMetricStatistics = "GetMetricStatistics"
        case listMetrics = "ListMetrics"
        case putMetricData = "PutMetricData"
    }

    private enum Form {
        case json, query, cbor
    }

    /// - Returns: `nil` for requests to other services, and for actions that are not emulated in protocols that need no answer
    ///   of their own.
    func response(to request: AWSRequest, requestID: RequestID) -> AWSResponse? {
        guard let (form, name) = Self.call(of: request) else { return nil }
        guard let action = Action(rawValue: name) else { return form == .cbor ? Self.unsupported(name, requestID) : nil }
        do throws(ServiceError) {
            let members = RequestMembers(try Self.body(request, form), Self.codes)
            return Self.answer(action, try self.perform(action, members), form, requestID)
        } catch {
            return Self.answer(error, form, requestID)
        }
    }

    private static func call(of request: AWSRequest) -> (Form, name: String)? {
        if let target = request.header("x-amz-target") {
            guard target.hasPrefix(self.targetPrefix) else { return nil }
            return (.json, String(target.dropFirst(self.targetPrefix.utf8.count)))
        }
        if request.path.hasPrefix(self.cborPath) { return (.cbor, String(request.path.dropFirst(self.cborPath.utf8.count))) }
        guard let scope = SigningScope(request), scope.service == "monitoring", let name = UnsupportedWire.queryAction(request)
        else { return nil }
        return (.query, name)
    }

    private func perform(_ action: Action, _ members: RequestMembers) throws(ServiceError) -> JSONObject? {
        self.host.sampleLevels()
        switch action {
        case .getMetricData: return try self.getMetricData(members)
        case .getMetricStatistics: return try self.getMetricStatistics(members)
        case .listMetrics: return try self.listMetrics(members)
        case .putMetricData:
            try self.putMetricData(members)
            return nil
        }
    }

    // MARK: Requests

    private static func body(_ request: AWSRequest, _ form: Form) throws(ServiceError) -> JSONObject {
        var body = request.body
        if request.header("content-encoding")?.lowercased() == "gzip" {
            guard let inflated = GzipBody.inflate(body, limit: self.bodyBytes) else {
                throw ServiceError("SerializationException", "The body is no gzip, or longer than \(self.bodyBytes) bytes.")
            }
            body = inflated
        }
        switch form {
        case .query:
            let form = AWSRequest.parameters(String(decoding: body, as: UTF8.self))
            return try QueryMembers.object(request.query + form)
        case .json:
            guard !body.isEmpty else { return JSONObject() }
            guard case .success(.object(let object)) = body.withUnsafeBytes({ JSON.parse($0) }) else {
                throw ServiceError("SerializationException", "The request is no JSON object.")
            }
            return object
        case .cbor:
            guard !body.isEmpty else { return JSONObject() }
            do throws(CBORReader.Fault) {
                if let object = try CBORReader.read(body).objectValue { return object }
            } catch {
                throw ServiceError("SerializationException", "The request is no CBOR: \(error.message).")
            }
            throw ServiceError("SerializationException", "The request is no map.")
        }
    }

    // MARK: Answers

    private static func answer(_ action: Action, _ result: JSONObject?, _ form: Form, _ requestID: RequestID) -> AWSResponse {
        switch form {
        case .json: return self.response(200, form, result.map { JSON.object($0).bytes } ?? [], requestID)
        case .cbor:
            return self.response(200, form, CBORWriter.write(.object(result ?? JSONObject()), times: self.times), requestID)
        case .query:
            let name = action.rawValue
            let content = result.map {
                "<\(name)Result>\(QueryMembers.xml($0, times: self.times, maps: self.maps))</\(name)Result>"
            }
            let text =
                "<\(name)Response xmlns=\"\(self.namespace)\">\(content ?? "")<ResponseMetadata><RequestId>\(requestID)</RequestId>"
                + "</ResponseMetadata></\(name)Response>"
            return self.response(200, form, Array(text.utf8), requestID)
        }
    }

    /// The codes of the Query protocol are the old ones, which other protocols tell beside their own (`x-amzn-query-error`).
    private static func answer(_ error: ServiceError, _ form: Form, _ requestID: RequestID) -> AWSResponse {
        let shape = self.shapes[error.code] ?? error.code
        let fault = error.status < 500 ? "Sender" : "Receiver"
        let json: JSON = ["__type": .string("com.amazonaws.cloudwatch.v2010_08_01#\(shape)"), "message": .string(error.message)]
        switch form {
        case .json:
            return self.response(error.status, form, json.bytes, requestID).adding("x-amzn-query-error", "\(error.code);\(fault)")
        case .cbor:
            return self.response(error.status, form, CBORWriter.write(json, times: []), requestID)
                .adding("x-amzn-query-error", "\(error.code);\(fault)")
        case .query:
            let text =
                "<ErrorResponse xmlns=\"\(self.namespace)\"><Error><Type>\(fault)</Type><Code>\(error.code)</Code>"
                + "<Message>\(UnsupportedWire.escaped(error.message))</Message></Error><RequestId>\(requestID)</RequestId></ErrorResponse>"
            return self.response(error.status, form, Array(text.utf8), requestID)
        }
    }

    private static let shapes = [
        "InvalidParameterValue": "InvalidParameterValueException", "MissingParameter": "MissingRequiredParameterException",
        "InvalidParameterCombination": "InvalidParameterCombinationException",
    ]

    private static func unsupported(_ name: String, _ requestID: RequestID) -> AWSResponse {
        self.answer(
            ServiceError(
                "UnsupportedOperation", "The action \(name) of the service monitoring is not emulated.", status: 501),
            .cbor, requestID)
    }

    private static func response(_ status: Int, _ form: Form, _ body: [UInt8], _ requestID: RequestID) -> AWSResponse {
        let type =
            switch form {
            case .json: "application/x-amz-json-1.0"
            case .query: "text/xml"
            case .cbor: "application/cbor"
            }
        var response = AWSResponse(
            status: status,
            headers: [
                AWSRequest.Header("Content-Type", type), AWSRequest.Header("x-amzn-RequestId", requestID.description),
            ], body: body)
        if form == .cbor { response.headers.append(AWSRequest.Header("smithy-protocol", "rpc-v2-cbor")) }
        return response
    }
}

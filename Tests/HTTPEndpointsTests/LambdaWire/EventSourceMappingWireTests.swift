import CoreTypes
import HTTPEndpoints
import LambdaCore
import Testing

/// Statuses and shapes: Lambda API reference, "CreateEventSourceMapping" and its neighbours; values that the service fills in are those
/// recorded from it.
struct EventSourceMappingWireTests {
    private static let path = "/2015-03-31/event-source-mappings"
    private static let queue = "arn:aws:sqs:us-east-1:000000000000:orders"

    private func sample() throws -> ControlPlaneSample {
        var sample = ControlPlaneSample()
        try sample.create("f")
        return sample
    }

    private func body(_ more: JSONObject = [:]) -> JSON {
        var body: JSONObject = ["FunctionName": "f", "EventSourceArn": .string(Self.queue)]
        for (name, value) in more.members { body[name] = value }
        return .object(body)
    }

    @Test func `a mapping is created, read, changed and deleted`() throws {
        var sample = try self.sample()
        let created = try sample.call("POST", Self.path, self.body())
        #expect(created.status == 202)
        let id = try #require(created["UUID"]?.stringValue)
        let expected = try JSON(
            parsing: """
                {"UUID":"\(id)","BatchSize":10,"MaximumBatchingWindowInSeconds":0,"EventSourceArn":"\(Self.queue)",
                "FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","LastModified":1800000002,"State":"Creating",
                "StateTransitionReason":"USER_INITIATED","FunctionResponseTypes":[],
                "EventSourceMappingArn":"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:\(id)"}
                """)
        #expect(created.json == expected)
        _ = sample.controlPlane.mappings.settle(now: Timestamp(seconds: 1_900_000_000))
        #expect(try sample.call("GET", "\(Self.path)/\(id)")["State"] == "Enabled")
        let updated = try sample.call("PUT", "\(Self.path)/\(id)", ["BatchSize": 5, "Enabled": false])
        #expect(updated.status == 202)
        #expect(updated["State"] == "Disabling")
        #expect(updated["BatchSize"] == 5)
        _ = sample.controlPlane.mappings.settle(now: Timestamp(seconds: 1_900_000_000))
        let deleted = try sample.call("DELETE", "\(Self.path)/\(id)")
        #expect(deleted.status == 202)
        #expect(deleted["State"] == "Deleting")
        _ = sample.controlPlane.mappings.settle(now: Timestamp(seconds: 1_900_000_000))
        #expect(
            try sample.call("GET", "\(Self.path)/\(id)").errorText
                == "404 ResourceNotFoundException: The resource you requested does not exist.")
    }

    @Test func `all members of a queue's mapping come back`() throws {
        var sample = try self.sample()
        let given: JSONObject = [
            "BatchSize": 100, "MaximumBatchingWindowInSeconds": 5, "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": ["Filters": [["Pattern": #"{"body":["x"]}"#]]], "ScalingConfig": ["MaximumConcurrency": 7],
            "MetricsConfig": ["Metrics": ["EventCount"]], "Enabled": false,
        ]
        let created = try sample.call("POST", Self.path, self.body(given))
        for (name, value) in given.members where name != "Enabled" { #expect(created[name] == value) }
        #expect(created["State"] == "Disabled")
        let id = created["UUID"]?.stringValue ?? ""
        let removed = try sample.call("PUT", "\(Self.path)/\(id)", ["FilterCriteria": [:], "ScalingConfig": [:]])
        #expect(removed["FilterCriteria"] == nil)
        #expect(removed["ScalingConfig"] == nil)
    }

    @Test func `what is wrong is told as the service tells it`() throws {
        var sample = try self.sample()
        #expect(
            try sample.call("POST", Self.path, ["FunctionName": "f"]).errorText
                == "400 InvalidParameterValueException: Unrecognized event source.")
        #expect(
            try sample.call("POST", Self.path, self.body(["FunctionName": "g"])).errorText
                == "400 InvalidParameterValueException: Function does not exist")
        #expect(
            try sample.call("POST", Self.path, self.body(["BatchSize": 0])).errorText
                == "400 ValidationException: 1 validation error detected: Value '0' at 'batchSize' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1")
        #expect(
            try sample.call("POST", Self.path, ["EventSourceArn": .string(Self.queue), "BatchSize": 10_001]).errorText
                == "400 ValidationException: 2 validation errors detected: Value null at 'functionName' failed to satisfy "
                + "constraint: Member must not be null; Value '10001' at 'batchSize' failed to satisfy constraint: "
                + "Member must have value less than or equal to 10000")
        #expect(
            try sample.call("POST", Self.path, self.body(["FilterCriteria": ["Filters": [["Pattern": "x"]]]])).errorText
                .hasPrefix("400 InvalidParameterValueException: Invalid filter pattern definition."))
        #expect(
            try sample.call("POST", Self.path, self.body(["BatchSize": "5"])).errorText.hasPrefix("400 SerializationException"))
        #expect(try sample.call("POST", Self.path, self.body()).status == 202)
        #expect(try sample.call("POST", Self.path, self.body()).errorText.hasPrefix("409 ResourceConflictException"))
        #expect(try sample.call("DELETE", "\(Self.path)/none").status == 404)
    }

    @Test func `lists are filtered and come in pages`() throws {
        var sample = try self.sample()
        try sample.create("g")
        for (function, queue) in [("f", "a"), ("f", "b"), ("g", "a")] {
            let arn = JSON.string("arn:aws:sqs:us-east-1:000000000000:\(queue)")
            _ = try sample.call("POST", Self.path, ["FunctionName": .string(function), "EventSourceArn": arn])
        }
        #expect(try sample.call("GET", "\(Self.path)?FunctionName=f")["EventSourceMappings"]?.arrayValue?.count == 2)
        let arn = "arn%3Aaws%3Asqs%3Aus-east-1%3A000000000000%3Aa"
        #expect(try sample.call("GET", "\(Self.path)?EventSourceArn=\(arn)")["EventSourceMappings"]?.arrayValue?.count == 2)
        let first = try sample.call("GET", "\(Self.path)?MaxItems=2")
        let marker = try #require(first["NextMarker"]?.stringValue)
        let second = try sample.call("GET", "\(Self.path)?MaxItems=2&Marker=\(marker)")
        #expect(second["EventSourceMappings"]?.arrayValue?.count == 1)
        #expect(second["NextMarker"] == nil)
    }

    @Test func `tags of a mapping are read and written by its ARN`() throws {
        var sample = try self.sample()
        let created = try sample.call("POST", Self.path, self.body(["Tags": ["team": "orders"]]))
        let arn = (created["EventSourceMappingArn"]?.stringValue ?? "").replacing(":", with: "%3A")
        #expect(try sample.call("POST", "/2017-03-31/tags/\(arn)", ["Tags": ["stage": "dev"]]).status == 204)
        #expect(try sample.call("GET", "/2017-03-31/tags/\(arn)")["Tags"] == ["team": "orders", "stage": "dev"])
        #expect(try sample.call("DELETE", "/2017-03-31/tags/\(arn)?tagKeys=team").status == 204)
        #expect(try sample.call("GET", "/2017-03-31/tags/\(arn)")["Tags"] == ["stage": "dev"])
    }

    @Test func `settings without an effect are named`() throws {
        var sample = try self.sample()
        _ = try sample.call(
            "POST", Self.path, self.body(["StartingPosition": "LATEST", "KMSKeyArn": "arn:aws:kms:us-east-1:1:key/k"]))
        #expect(sample.notices.count == 2)
    }
}

import CoreTypes
import LambdaCore
import Templates
import Testing

/// Properties: SAM developer guide, "SQS" event source; CloudFormation template reference, "AWS::Lambda::EventSourceMapping".
@Suite struct MappingTests {
    private static let queue = "Orders: {Type: AWS::SQS::Queue}"

    @Test func `an SQS event becomes a mapping with all its properties`() throws {
        let text = function(
            """
            Events:
              New:
                Type: SQS
                Properties:
                  Queue: !GetAtt Orders.Arn
                  BatchSize: 100
                  MaximumBatchingWindowInSeconds: 5
                  Enabled: false
                  FunctionResponseTypes: [ReportBatchItemFailures]
                  FilterCriteria: {Filters: [{Pattern: '{"body":{"kind":["order"]}}'}]}
                  ScalingConfig: {MaximumConcurrency: 4}
                  MetricsConfig: {Metrics: [EventCount]}
            """, resources: Self.queue)
        let deployment = try load(text)
        let mapping = try #require(deployment.mappings.first)
        #expect(mapping.logicalID == "FNew")
        #expect(mapping.queue.description == "arn:aws:sqs:us-east-1:000000000000:Orders")
        #expect(mapping.functionName == deployment.functions[0].configuration.name)
        #expect(mapping.change.batchSize == 100)
        #expect(mapping.change.maximumBatchingWindowSeconds == 5)
        #expect(mapping.change.isEnabled == false)
        #expect(mapping.change.functionResponseTypes == ["ReportBatchItemFailures"])
        #expect(mapping.change.filterPatterns == [#"{"body":{"kind":["order"]}}"#])
        #expect(mapping.change.maximumConcurrency == .set(4))
        #expect(mapping.change.metrics == ["EventCount"])
        #expect(!deployment.notices.contains { $0.path.contains("New") })
    }

    @Test func `SAM maps the alias that it publishes`() throws {
        let text = function(
            "AutoPublishAlias: live\nEvents: {New: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}}", resources: Self.queue)
        #expect(try load(text).mappings.first?.functionName.hasSuffix(":live") == true)
    }

    @Test func `a mapping resource of CloudFormation is read`() throws {
        let resources = """
            \(Self.queue)
            Map:
              Type: AWS::Lambda::EventSourceMapping
              Properties:
                EventSourceArn: !GetAtt Orders.Arn
                FunctionName: !Ref F
                ProvisionedPollerConfig: {MinimumPollers: 3}
                StartingPosition: LATEST
                Tags: [{Key: team, Value: orders}]
            """
        let deployment = try load(function("", resources: resources))
        let mapping = try #require(deployment.mappings.first)
        #expect(mapping.logicalID == "Map")
        #expect(mapping.change.provisionedPollers == .set(ProvisionedPollers(minimum: 3, maximum: 200)))
        #expect(mapping.tags == ["team": "orders"])
        #expect(deployment.notices.contains { $0.path.hasSuffix("StartingPosition") })
    }

    @Test func `how a queue is asked is written as metadata`() throws {
        let resources = """
            \(Self.queue)
            Map:
              Type: AWS::Lambda::EventSourceMapping
              Metadata:
                Martlet: {WaitTimeSeconds: 0, Pollers: 1, IdlePauseSeconds: 1, MaximumIdlePauseSeconds: 60, QueueUrl: "http://h/1/q"}
              Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref F}
            """
        let mapping = try #require(try load(function("", resources: resources)).mappings.first)
        #expect(
            mapping.change.polling
                == PollingSettings(
                    waitTimeSeconds: 0, initialPollers: 1, idlePollers: 1, idlePause: .seconds(1), idlePauseMaximum: .seconds(60))
        )
        #expect(mapping.queueURL == "http://h/1/q")
    }

    @Test(arguments: [
        ("{Queue: !GetAtt Orders.Arn, BatchSize: 0}", "BatchSize is 0; it has to be from 1 to 10000."),
        (
            "{Queue: !GetAtt Orders.Arn, BatchSize: 11}",
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        ),
        ("{Queue: orders}", "Queue is \"orders\"; it has to be the ARN of a queue, such as !GetAtt Orders.Arn."),
        ("{BatchSize: 5}", "Property 'Queue' is required. Give the queue's ARN."),
        ("{Queue: !GetAtt Orders.Arn, FilterCriteria: {Filters: [{Pattern: '[]'}]}}", "Invalid filter pattern definition."),
        (
            "{Queue: !GetAtt Orders.Arn, FilterCriteria: {Filters: [{Pattern: {body: [x]}}]}}",
            "A filter has a Pattern that is a text"
        ),
        ("{Queue: !GetAtt Orders.Arn, BatchSze: 5}", "There is no property BatchSze. Did you mean BatchSize?"),
        ("{Queue: !GetAtt Orders.Arn, Enabled: perhaps}", "Enabled is \"perhaps\"; it has to be true or false."),
    ])
    func `what AWS would refuse is an error with its place`(properties: String, message: String) {
        let found = errors(function("Events: {New: {Type: SQS, Properties: \(properties)}}", resources: Self.queue))
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test func `mappings of other sources are told about`() throws {
        let resources = """
            Map:
              Type: AWS::Lambda::EventSourceMapping
              Properties: {EventSourceArn: "arn:aws:kinesis:us-east-1:1:stream/s", FunctionName: !Ref F, StartingPosition: LATEST}
            """
        let deployment = try load(function("", resources: resources))
        #expect(deployment.mappings.isEmpty)
        #expect(deployment.notices.contains { $0.message.contains("Only queues are emulated") })
    }
}

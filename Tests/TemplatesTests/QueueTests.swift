import Templates
import Testing

/// Queues of templates: CloudFormation template reference, `AWS::SQS::Queue`, `AWS::SQS::QueuePolicy`; the names of attributes are
/// those of SetQueueAttributes (Amazon SQS API Reference).
@Suite struct QueueTests {
    private func queues(_ resources: String) throws -> [DeployedQueue] {
        try load("Resources:\n" + indented(resources, by: 2)).queues
    }

    @Test func propertiesBecomeAttributes() throws {
        let queues = try self.queues(
            """
            Q:
              Type: AWS::SQS::Queue
              Properties:
                QueueName: orders.fifo
                FifoQueue: true
                ContentBasedDeduplication: True
                VisibilityTimeout: 45
                DelaySeconds: !Ref AWS::NoValue
                Tags: [{Key: team, Value: a}]
            """)
        #expect(
            queues == [
                DeployedQueue(
                    logicalID: "Q", name: "orders.fifo",
                    attributes: ["FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "45"],
                    tags: ["team": "a"])
            ])
    }

    @Test func aStandardQueueMayBeCalledNoFifoQueue() throws {
        #expect(try self.queues("Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: false}}")[0].attributes.isEmpty)
    }

    @Test func deadLetterQueuesComeBeforeThoseThatUseThem() throws {
        let queues = try self.queues(
            """
            A: {Type: AWS::SQS::Queue, Properties: {QueueName: a, RedrivePolicy: {deadLetterTargetArn: !GetAtt B.Arn, maxReceiveCount: 3}}}
            B: {Type: AWS::SQS::Queue, Properties: {QueueName: b, RedrivePolicy: {deadLetterTargetArn: !GetAtt C.Arn, maxReceiveCount: 3}}}
            C: {Type: AWS::SQS::Queue, Properties: {QueueName: c}}
            """)
        #expect(queues.map(\.name) == ["c", "b", "a"])
        #expect(
            queues[2].attributes["RedrivePolicy"]
                == #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:b","maxReceiveCount":3}"#)
    }

    @Test func queuesInACircleAreAllThere() throws {
        let queues = try self.queues(
            """
            A: {Type: AWS::SQS::Queue, Properties: {QueueName: a, RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:b", maxReceiveCount: 3}}}
            B: {Type: AWS::SQS::Queue, Properties: {QueueName: b, RedrivePolicy: {deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:a", maxReceiveCount: 3}}}
            """)
        #expect(Set(queues.map(\.name)) == ["a", "b"])
    }

    @Test func policiesGoToTheQueuesThatTheyName() throws {
        let queues = try self.queues(
            """
            Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
            Other: {Type: AWS::SQS::Queue, Properties: {QueueName: other}}
            P:
              Type: AWS::SQS::QueuePolicy
              Properties:
                Queues: [!Ref Q]
                PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "sqs:*", Resource: !GetAtt Q.Arn}]}
            """)
        #expect(
            queues[0].attributes["Policy"]
                == #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs:us-east-1:000000000000:q"}]}"#
        )
        #expect(queues[1].attributes["Policy"] == nil)
    }

    @Test(arguments: [
        ("VisibilityTimeout: 43201", "Invalid value for the parameter VisibilityTimeout."),
        ("ContentBasedDeduplication: true", "Unknown Attribute ContentBasedDeduplication."),
        ("VisibilityTimout: 5", "There is no property VisibilityTimout. Did you mean VisibilityTimeout?"),
        ("RedrivePolicy: {maxReceiveCount: 1}", "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."),
    ])
    func wrongPropertiesAreToldWithTheirPlace(property: String, text: String) {
        let found = errors("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      \(property)\n")
        #expect(found.count == 1 && found[0].hasPrefix("template.yaml:") && found[0].contains(text), "\(found)")
    }
}

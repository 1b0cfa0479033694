import CoreTypes
import Testing

@testable import HTTPEndpoints

/// Forms as the Query protocol writes them (AWS Query protocol, "Request serialization": lists have `.member.N`).
@Suite struct QueryMembersTests {
    @Test func listsAndStructuresAreReadFromTheirPaths() throws {
        let form = AWSRequest.parameters(
            "Action=GetMetricStatistics&Namespace=AWS%2FLambda&Dimensions.member.2.Name=B&Dimensions.member.1.Name=A"
                + "&Dimensions.member.1.Value=1&Dimensions.member.10.Name=C&Statistics.member.1=Sum&Period=60")
        #expect(
            try QueryMembers.object(form) == [
                "Action": "GetMetricStatistics", "Namespace": "AWS/Lambda", "Period": "60", "Statistics": ["Sum"],
                "Dimensions": [["Name": "A", "Value": "1"], ["Name": "B"], ["Name": "C"]],
            ])
    }

    @Test func answersAreXML() {
        let result: JSONObject = [
            "Label": "a<b",
            "Datapoints": [
                ["Timestamp": 1_795_262_400, "Sum": 2, "ExtendedStatistics": ["p99": 1]]
            ],
        ]
        #expect(
            QueryMembers.xml(result, times: ["Timestamp"], maps: ["ExtendedStatistics"])
                == "<Label>a&lt;b</Label><Datapoints><member><Timestamp>2026-11-21T12:00:00.000Z</Timestamp><Sum>2</Sum>"
                + "<ExtendedStatistics><entry><key>p99</key><value>1</value></entry></ExtendedStatistics></member></Datapoints>")
    }

    @Test func pathsHaveABound() {
        let path = (0..<40).map { "a\($0)" }.joined(separator: ".")
        #expect(throws: ServiceError.self) { try QueryMembers.object([AWSRequest.Parameter(path, "1")]) }
        #expect(throws: ServiceError.self) { try QueryMembers.object([AWSRequest.Parameter("...", "1")]) }
    }
}

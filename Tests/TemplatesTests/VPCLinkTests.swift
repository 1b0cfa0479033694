import APIGateway
import Foundation
import Templates
import Testing

/// The sample of three services behind one VPC link (EndToEndTests/python/vpc-link), and what AWS refuses around it.
@Suite struct VPCLinkTests {
    static func sample() throws -> GatewayConfiguration {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: tests.appending(path: "EndToEndTests/python/vpc-link/template.yaml"), encoding: .utf8)
        let deployment = try load(text)
        #expect(deployment.notices.map(\.description) == [])
        return deployment.gateway
    }

    @Test func portsOfTheAddressesLeadToTargetGroups() throws {
        let gateway = try Self.sample()
        let balancer = try #require(gateway.loadBalancers.first)
        #expect(balancer.kind == .network)
        #expect(gateway.vpcLinks.map(\.kind) == [.loadBalancers(arns: [balancer.arn])])
        #expect(balancer.listeners.map(\.port) == [8080, 8081, 8082])
        let groups = balancer.listeners.map { listener -> String in
            guard case .forward(let targets) = listener.defaultActions.first, targets.count == 1 else { return "?" }
            return gateway.targetGroups.first { $0.arn == targets[0].arn }?.name ?? "?"
        }
        #expect(groups == ["dev", "sprint", "release"])
        let group = try #require(gateway.targetGroups.first)
        #expect(group.targets == [.init(id: "127.0.0.1"), .init(id: "127.0.0.2")])
        #expect(group.deregistrationDelaySeconds == 30)
        #expect(group.healthCheck.protocolName == "TCP")
        #expect(group.healthCheck.intervalSeconds == 5)
        #expect(group.healthCheck.healthyThreshold == 2)
    }

    @Test func everyMethodNeedsAKeyAndGoesThroughTheLink() throws {
        let gateway = try Self.sample()
        let api = try #require(gateway.apis.first)
        #expect(
            gateway.servedRoutes.map { "\($0.method) \($0.path) \($0.usagePlans) \($0.integrationType)" } == [
                "ANY /dev/dev [\"partners\"] HTTP_PROXY", "ANY /dev/dev/{proxy+} [\"partners\"] HTTP_PROXY",
                "ANY /dev/sprint [\"partners\"] HTTP_PROXY", "ANY /dev/release [\"partners\"] HTTP_PROXY",
            ])
        let link = try #require(gateway.vpcLinks.first).id
        #expect(
            api.operations.map(\.integration.connection) == [
                .vpcLink(id: link), .vpcLink(id: link), .vpcLink(id: "${stageVariables.link}"), .vpcLink(id: link),
            ])
        #expect(
            api.operations.map { $0.integration.uri?.split(separator: ":").last ?? "" } == [
                "8080/", "8080/{proxy}", "8081/", "8082/",
            ])
        guard case .rest(let rest) = api else { return #expect(Bool(false), "\(api)") }
        #expect(rest.stages.map(\.variables) == [["link": link]])
        #expect(gateway.apiKeys.map(\.value) == ["vpc-link-sample-key-0001"])
        #expect(gateway.usagePlans.map(\.keyIDs) == [gateway.apiKeys.map(\.id)])
        #expect(gateway.usagePlans.map(\.quota) == [.init(limit: 1_000_000, period: .month)])
    }

    @Test(arguments: [
        (
            "L: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: l, TargetArns: []}}",
            "A VPC link has one network load balancer as its target"
        ),
        (
            """
            B: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: application}}
            L: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: l, TargetArns: [!Ref B]}}
            """, "needs a load balancer of type network"
        ),
        (
            """
            B: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}
            L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref B, Port: 80, Protocol: HTTP, DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: 200}}]}}
            """, "A listener of this load balancer has the protocol TCP"
        ),
        (
            """
            B: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}
            L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref B, Port: 80, DefaultActions: [{Type: forward, TargetGroupArn: arn:aws:x}]}}
            """, "is no target group of this template"
        ),
        (
            "G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Protocol: TCP, Port: 80, HealthyThresholdCount: 1}}",
            "HealthyThresholdCount is 1; it has to be from 2 to 10."
        ),
        (
            "B: {Type: AWS::ElasticLoadBalancingV2::LoadBalancr}", "Did you mean AWS::ElasticLoadBalancingV2::LoadBalancer?"
        ),
    ])
    func whatAWSRefusesIsAnError(resources: String, part: String) {
        let lines = errors("Resources:\n" + indented(resources, by: 2))
        #expect(lines.count == 1 && lines[0].contains(part), "\(lines)")
    }

    @Test func rulesOfAnApplicationLoadBalancerComeByPriority() throws {
        let gateway = try load(
            """
            Resources:
              B: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: web}}
              G: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Protocol: HTTP, Port: 80, TargetType: ip, HealthCheckPath: /health}}
              L:
                Type: AWS::ElasticLoadBalancingV2::Listener
                Properties:
                  LoadBalancerArn: !Ref B
                  Port: 80
                  Protocol: HTTP
                  DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404", ContentType: text/plain, MessageBody: nothing}}]
              Second:
                Type: AWS::ElasticLoadBalancingV2::ListenerRule
                Properties:
                  ListenerArn: !Ref L
                  Priority: 20
                  Conditions: [{Field: path-pattern, Values: [/a/*]}, {Field: http-header, HttpHeaderConfig: {HttpHeaderName: X-A, Values: ["1*"]}}]
                  Actions: [{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref G, Weight: 3}]}}]
              First:
                Type: AWS::ElasticLoadBalancingV2::ListenerRule
                Properties:
                  ListenerArn: !GetAtt L.ListenerArn
                  Priority: 10
                  Conditions: [{Field: query-string, QueryStringConfig: {Values: [{Key: a, Value: b}, {Value: c}]}}]
                  Actions: [{Type: redirect, RedirectConfig: {StatusCode: HTTP_301, Host: example.com}}]
            """
        ).gateway
        let listener = try #require(gateway.loadBalancers.first?.listeners.first)
        let group = try #require(gateway.targetGroups.first)
        #expect(listener.defaultActions == [.fixedResponse(statusCode: "404", contentType: "text/plain", body: "nothing")])
        #expect(listener.rules.map(\.priority) == [10, 20])
        #expect(listener.rules[0].conditions == [.queryString([.init(key: "a", value: "b"), .init(key: nil, value: "c")])])
        var redirect = LoadBalancer.Redirect(statusCode: "HTTP_301")
        redirect.host = "example.com"
        #expect(listener.rules[0].actions == [.redirect(redirect)])
        #expect(listener.rules[1].conditions == [.pathPattern(["/a/*"]), .httpHeader(name: "X-A", values: ["1*"])])
        #expect(listener.rules[1].actions == [.forward([.init(arn: group.arn, weight: 3)])])
        #expect(group.healthCheck.path == "/health" && group.healthCheck.matcher == "200")
    }
}

/// What stands between clients, APIs and private networks and is paid for by the hour and the gigabyte.
package struct NetworkWorkload: Workload {
    package var hours: Int
    package var balancers = 0
    package var load = BalancerLoad()
    package var vpcLinks = 0
    package var endpoints = 0
    /// An interface endpoint is paid for in each of its zones.
    package var zonesPerEndpoint = 1
    package var natGateways = 0
    /// Through interface endpoints, through NAT gateways, to the internet, from zone to zone.
    package var endpointBytes: Int128 = 0
    package var natBytes: Int128 = 0
    package var outgoingBytes: Int128 = 0
    package var bytesBetweenZones: Int128 = 0

    package init(hours: Int) { self.hours = hours }

    package var title: String { "\(DecimalText.grouped(self.hours)) hours of network" }

    private func seconds(_ count: Int) -> Int128 { Int128(count) * Int128(self.hours) * 3_600 }

    package var usage: Usage {
        let network = Consumer(.network, "estimate")
        var usage = Usage()
        usage.add(self.seconds(self.balancers), of: .networkLoadBalancerHours, by: network)
        if self.balancers > 0 {
            usage.add(self.load.capacityUnitHours(over: self.hours), of: .networkLoadBalancerCapacity, by: network)
        }
        usage.add(self.seconds(self.vpcLinks), of: .vpcLinkHours, by: network)
        usage.add(self.seconds(self.endpoints * self.zonesPerEndpoint), of: .interfaceEndpointHours, by: network)
        usage.add(self.endpointBytes, of: .interfaceEndpointBytes, by: network)
        usage.add(self.seconds(self.natGateways), of: .natGatewayHours, by: network)
        usage.add(self.natBytes, of: .natGatewayBytes, by: network)
        usage.add(self.outgoingBytes, of: .dataTransferOut, by: network)
        // Both sides pay (Amazon EC2 on-demand pricing, "Data transfer within the same AWS Region").
        usage.add(self.bytesBetweenZones * 2, of: .dataTransferBetweenZones, by: network)
        return usage
    }

    package var steps: [Estimate.Step] {
        var steps: [Estimate.Step] = []
        let hours = DecimalText.grouped(self.hours)
        func hourly(_ label: String, _ count: Int) {
            guard count > 0 else { return }
            steps.append(
                Estimate.Step(label, "\(count) × \(hours) hours", PriceUnit.hour.text(self.seconds(count))))
        }
        hourly("Network Load Balancer", self.balancers)
        if self.balancers > 0, self.load != BalancerLoad() {
            let load = self.load
            let gigabytes = PriceUnit.gigabyte.text(load.bytes)
            steps.append(
                Estimate.Step(
                    "Capacity units",
                    "the most of \(load.newConnectionsPerSecond)/s ÷ 800 × \(hours), \(load.activeConnections) ÷ 100,000 × \(hours), \(gigabytes)",
                    PriceUnit.capacityUnitHour.text(load.capacityUnitHours(over: self.hours))))
        }
        hourly("VPC link", self.vpcLinks)
        if self.endpoints > 0 {
            steps.append(
                Estimate.Step(
                    "Interface endpoint", "\(self.endpoints) × \(self.zonesPerEndpoint) zones × \(hours) hours",
                    PriceUnit.hour.text(self.seconds(self.endpoints * self.zonesPerEndpoint))))
        }
        hourly("NAT gateway", self.natGateways)
        return steps
    }

    package var notes: [String] { [] }
}

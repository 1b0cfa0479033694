import CoreTypes
import LambdaCore
import Testing

/// Messages and states are those recorded from the service where it has been recorded; the rules come from the Lambda API
/// reference, "CreateEventSourceMapping".
@Suite struct EventSourceMappingRegistryTests {
    private let start = MappingSamples.start
    private let queueARN = MappingSamples.standardQueue.description
    private let queue = MappedQueue.exists(visibilityTimeoutSeconds: 30)

    private func change(_ number: UInt64 = 1) -> RegistryChange {
        RegistryChange(time: self.start, requestID: RequestID(random: number, number))
    }

    private func registry(settling: Duration = .seconds(5)) -> EventSourceMappingRegistry {
        EventSourceMappingRegistry(region: "us-east-1", account: "123456789012", settlingTime: settling)
    }

    private func create(
        _ request: EventSourceMappingChange = EventSourceMappingChange(), arn: String? = nil, queue: MappedQueue? = nil,
        function: MappedFunction? = MappingSamples.function(), in registry: inout EventSourceMappingRegistry, number: UInt64 = 1
    ) throws(LambdaAPIError) -> EventSourceMapping {
        var change = self.change(number)
        return try registry.create(
            request, eventSourceARN: arn ?? self.queueARN, queue: queue ?? self.queue, function: function, &change)
    }

    private func message(of body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as LambdaAPIError {
            return "\(error.status) \(error.code): \(error.message)"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a mapping is created with the service's defaults`() throws {
        var registry = self.registry()
        let mapping = try self.create(in: &registry)
        #expect(mapping.state == .creating)
        #expect(mapping.settings.batchSize == 10)
        #expect(mapping.settings.maximumBatchingWindowSeconds == 0)
        #expect(!mapping.settings.reportsBatchItemFailures)
        #expect(registry.arn(of: mapping) == "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:\(mapping.id)")
        #expect(registry.nextSettling == self.start + .seconds(5))
        #expect(registry.settle(now: self.start + .seconds(4)).isEmpty)
        #expect(registry.settle(now: self.start + .seconds(5)).map(\.state) == [.enabled])
        #expect(try registry.mapping(mapping.id.description).state == .enabled)
        #expect(registry.nextSettling == nil)
    }

    @Test func `a mapping made disabled is so at once`() throws {
        var registry = self.registry()
        var request = EventSourceMappingChange()
        request.isEnabled = false
        #expect(try self.create(request, in: &registry).state == .disabled)
    }

    @Test func `updates pass through their states and deletion ends in not found`() throws {
        var registry = self.registry(settling: .zero)
        let id = try self.create(in: &registry).id.description
        _ = registry.settle(now: self.start)
        var steps: [EventSourceMapping.State] = []
        for (isEnabled, size) in [(false, 10), (false, 5), (true, 5), (true, 7)] {
            var request = EventSourceMappingChange()
            request.isEnabled = isEnabled
            request.batchSize = size
            var change = self.change()
            steps.append(try registry.update(id, request, queue: self.queue, function: nil, &change).state)
            steps += registry.settle(now: self.start).map(\.state)
        }
        #expect(steps == [.disabling, .disabled, .updating, .disabled, .enabling, .enabled, .updating, .enabled])
        #expect(try registry.mapping(id).settings.batchSize == 7)
        #expect(try registry.delete(id, now: self.start).state == .deleting)
        #expect(try registry.mapping(id).state == .deleting)
        #expect(registry.settle(now: self.start).map(\.state) == [.deleting])
        #expect(
            self.message { _ = try registry.mapping(id) }
                == "404 ResourceNotFoundException: The resource you requested does not exist.")
        #expect(registry.all.isEmpty)
    }

    @Test func `a mapping in passage can't be changed`() throws {
        var registry = self.registry()
        let id = try self.create(in: &registry).id.description
        var change = self.change()
        #expect(
            self.message { _ = try registry.update(id, EventSourceMappingChange(), queue: self.queue, function: nil, &change) }
                == "400 ResourceInUseException: Cannot update the event source mapping because it is in use.")
        #expect(self.message { _ = try registry.delete(id, now: self.start) }?.hasPrefix("400 ResourceInUse") == true)
    }

    /// Every state, how it is reached and whether a mapping in it can be changed and deleted.
    @Test(arguments: [
        (EventSourceMapping.State.creating, false), (.enabled, true), (.disabling, false), (.disabled, true), (.enabling, false),
        (.updating, false), (.deleting, false),
    ])
    func `only a mapping at rest can be changed or deleted`(state: EventSourceMapping.State, isAtRest: Bool) throws {
        func update(_ registry: inout EventSourceMappingRegistry, _ id: String, _ isEnabled: Bool?) throws {
            var request = EventSourceMappingChange()
            request.isEnabled = isEnabled
            var change = self.change()
            _ = try registry.update(id, request, queue: self.queue, function: nil, &change)
        }
        var registry = self.registry()
        let later = self.start + .seconds(5)
        let id = try self.create(in: &registry).id.description
        if state != .creating { _ = registry.settle(now: later) }
        switch state {
        case .creating, .enabled: break
        case .disabling: try update(&registry, id, false)
        case .disabled, .enabling:
            try update(&registry, id, false)
            _ = registry.settle(now: later)
            if state == .enabling { try update(&registry, id, true) }
        case .updating: try update(&registry, id, nil)
        case .deleting: _ = try registry.delete(id, now: self.start)
        }
        #expect(try registry.mapping(id).state == state)
        var copy = registry
        #expect((self.message { try update(&copy, id, nil) } == nil) == isAtRest)
        #expect((self.message { _ = try registry.delete(id, now: self.start) } == nil) == isAtRest)
    }

    @Test func `what the service refuses is refused in its words`() throws {
        var registry = self.registry()
        let invalid = "400 InvalidParameterValueException: "
        #expect(self.message { _ = try self.create(arn: "nothing", in: &registry) } == invalid + "Unrecognized event source.")
        #expect(
            self.message { _ = try self.create(arn: "arn:aws:sns:us-east-1:123456789012:topic", in: &registry) }
                == invalid + "Unrecognized event source.")
        #expect(self.message { _ = try self.create(function: nil, in: &registry) } == invalid + "Function does not exist")
        #expect(
            self.message { _ = try self.create(queue: .doesNotExist, in: &registry) }
                == invalid + "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
                + "SQS Error Message: The specified queue does not exist.")
        #expect(
            self.message { _ = try self.create(function: MappingSamples.function(timeoutSeconds: 60), in: &registry) }
                == invalid + "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds")
        let first = try self.create(in: &registry)
        #expect(
            self.message { _ = try self.create(in: &registry, number: 2) }
                == "409 ResourceConflictException: An event source mapping with SQS arn (\" \(self.queueARN) \") and function "
                + "(\" Work \") already exists. Please update or delete the existing mapping with UUID \(first.id)")
        // Another qualifier is another function.
        _ = try self.create(function: MappingSamples.function(qualifier: "live"), in: &registry, number: 3)
    }

    @Test(
        arguments: [
            (
                0, nil, nil,
                "Value '0' at 'batchSize' failed to satisfy constraint: Member must have value greater than or equal to 1"
            ),
            (
                10_001, nil, nil,
                "Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000"
            ),
            (
                nil, 301, nil,
                "Value '301' at 'maximumBatchingWindowInSeconds' failed to satisfy constraint: Member must have value less than or equal to 300"
            ),
            (
                nil, nil, 1,
                "Value '1' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value greater than or equal to 2"
            ),
            (
                nil, nil, 1_001,
                "Value '1001' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value less than or equal to 1000"
            ),
        ] as [(Int?, Int?, Int?, String)])
    func `values out of range are validation errors`(size: Int?, window: Int?, concurrency: Int?, expected: String) {
        var registry = self.registry()
        var request = EventSourceMappingChange()
        request.batchSize = size
        request.maximumBatchingWindowSeconds = window
        if let concurrency { request.maximumConcurrency = .set(concurrency) }
        #expect(
            self.message { _ = try self.create(request, in: &registry) }
                == "400 ValidationException: 1 validation error detected: \(expected)")
    }

    @Test func `large batches need a window, FIFO queues take neither`() throws {
        var registry = self.registry()
        var request = EventSourceMappingChange()
        request.batchSize = 11
        #expect(
            self.message { _ = try self.create(request, in: &registry) }
                == "400 InvalidParameterValueException: Maximum batch window in seconds must be greater than 0 if maximum batch size "
                + "is greater than 10")
        request.maximumBatchingWindowSeconds = 1
        request.batchSize = 10_000
        _ = try self.create(request, in: &registry)
        let fifo = MappingSamples.fifoQueue.description
        #expect(throws: LambdaAPIError.self) { try self.create(request, arn: fifo, in: &registry, number: 2) }
        request.maximumBatchingWindowSeconds = 0
        request.batchSize = 10
        _ = try self.create(request, arn: fifo, in: &registry, number: 3)
    }

    @Test func `maximum concurrency and provisioned pollers exclude each other and are removed by empty structures`() throws {
        var registry = self.registry(settling: .zero)
        var request = EventSourceMappingChange()
        request.maximumConcurrency = .set(5)
        request.provisionedPollers = .set(ProvisionedPollers())
        #expect(throws: LambdaAPIError.self) { try self.create(request, in: &registry) }
        request.provisionedPollers = .keep
        request.filterPatterns = [#"{"body":["x"]}"#]
        let id = try self.create(request, in: &registry).id.description
        _ = registry.settle(now: self.start)
        var removal = EventSourceMappingChange()
        removal.maximumConcurrency = .remove
        removal.filterPatterns = []
        var change = self.change()
        let updated = try registry.update(id, removal, queue: self.queue, function: nil, &change)
        #expect(updated.settings.maximumConcurrency == nil)
        #expect(updated.settings.filters.isEmpty)
    }

    @Test func `a list is filtered by queue and function and comes in pages`() throws {
        var registry = self.registry()
        for number in 1...5 as ClosedRange<UInt64> {
            let function = MappingSamples.function(
                number % 2 == 0 ? "Even" : "Odd\(number)", qualifier: number == 4 ? "live" : nil)
            _ = try self.create(function: function, in: &registry, number: number)
        }
        #expect(registry.list(eventSourceARN: nil, function: "Even", marker: nil, maximumItems: 100).mappings.count == 2)
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:Even"
        #expect(registry.list(eventSourceARN: self.queueARN, function: arn, marker: nil, maximumItems: 100).mappings.count == 2)
        #expect(registry.list(eventSourceARN: nil, function: arn + ":live", marker: nil, maximumItems: 100).mappings.count == 1)
        #expect(registry.list(eventSourceARN: "other", function: nil, marker: nil, maximumItems: 100).mappings.isEmpty)
        let first = registry.list(eventSourceARN: nil, function: nil, marker: nil, maximumItems: 3)
        let second = registry.list(eventSourceARN: nil, function: nil, marker: first.nextMarker, maximumItems: 3)
        #expect((first.mappings + second.mappings).map(\.id) == registry.all.map(\.id))
        #expect(second.nextMarker == nil)
    }

    @Test func `thin visibility timeouts and receive counts are warned about`() {
        let settings = EventSourceMappingSettings()
        #expect(settings.warnings(visibilityTimeoutSeconds: 18, functionTimeoutSeconds: 3, maximumReceiveCount: 5).isEmpty)
        #expect(settings.warnings(visibilityTimeoutSeconds: 17, functionTimeoutSeconds: 3, maximumReceiveCount: 4).count == 2)
    }
}

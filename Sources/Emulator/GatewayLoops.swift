import HTTPEndpoints
import HTTPServing
import NIOCore
import NIOPosix

/// The event loops that the gateway's connections live on: that of the functions first, and others for what needs no function.
final class GatewayLoops: Sendable {
    private let group: MultiThreadedEventLoopGroup
    /// Of the functions.
    private let home: any EventLoop
    private let others: [any EventLoop]
    private let rooms: NIOLoopBoundBox<[Room]>

    /// What the gateway has on a loop that is not the functions'.
    private struct Room: Sendable {
        let eventLoop: any EventLoop
        let slot: NIOLoopBound<ServiceSlot>
        let door: NIOLoopBound<HTTPDoor>
    }

    init(_ group: MultiThreadedEventLoopGroup, home: any EventLoop) {
        self.group = group
        self.home = home
        self.others = group.makeIterator().filter { $0 !== home }
        self.rooms = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: home)
    }

    /// - Parameter slot: of the functions' loop.
    func doors(_ slot: ServiceSlot) -> EventLoopFuture<HTTPDoors> {
        let totals = ConnectionTotals()
        let own = NIOLoopBound(Self.door(slot, totals, on: self.home), eventLoop: self.home)
        let made = self.others.map { eventLoop in
            eventLoop.submit {
                let slot = ServiceSlot()
                let door = Self.door(slot, totals, on: eventLoop)
                return Room(
                    eventLoop: eventLoop, slot: NIOLoopBound(slot, eventLoop: eventLoop),
                    door: NIOLoopBound(door, eventLoop: eventLoop))
            }
        }
        return EventLoopFuture.whenAllSucceed(made, on: self.home).map { rooms in
            self.rooms.value = rooms
            return HTTPDoors([(self.home, own)] + rooms.map { ($0.eventLoop, $0.door) }, of: self.group)
        }
    }

    private static func door(_ slot: ServiceSlot, _ totals: ConnectionTotals, on eventLoop: any EventLoop) -> HTTPDoor {
        HTTPDoor(service: slot, bounds: ConnectionBounds(totals: totals), flushes: FlushBatch(eventLoop: eventLoop))
    }

    /// From now on connections of the other loops are served, too.
    func open(_ make: @escaping @Sendable (any EventLoop) -> GatewayEndpoint) -> EventLoopFuture<Void> {
        let opened = self.rooms.value.map { room in
            room.eventLoop.submit { room.slot.value.service = make(room.eventLoop) }
        }
        return EventLoopFuture.andAllSucceed(opened, on: self.home)
    }

    func stop() -> EventLoopFuture<Void> {
        let stopped = self.rooms.value.map { room in
            room.eventLoop.submit { (room.slot.value.service as? GatewayEndpoint)?.stop() }
        }
        return EventLoopFuture.andAllComplete(stopped, on: self.home)
    }
}

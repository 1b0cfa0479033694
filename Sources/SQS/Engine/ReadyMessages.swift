/// The visible messages of a standard queue, in the order in which receives take them: tenants take turns.
///
/// The messages of one `MessageGroupId` are a tenant, and each message without one is a tenant of its own (developer guide, "How
/// Amazon SQS fair queues work"). A tenant with messages has one of them in the line of turns; when that one is taken, its next
/// joins the end of the line. So a tenant with a backlog of a million delays a message of another by one message, and a queue
/// without group ids gives its messages as they came. AWS begins to prefer quiet tenants where one holds more than a tenth of
/// what is in flight; turns need no such threshold. All is O(1), and an empty tenant is forgotten.
struct ReadyMessages: Sendable {
    private struct Tenant: Sendable {
        let id: String
        var turn = MessageSlot.none
        /// What comes after it.
        var waiting = MessageList()
    }

    private var turns = MessageList()
    private var tenants: [Tenant] = []
    private var vacant: [UInt32] = []
    private var index: [String: UInt32] = [:]

    /// Whose turn it is.
    var first: MessageSlot { self.turns.first }
    var isEmpty: Bool { self.turns.isEmpty }

    mutating func append(_ slot: MessageSlot, in table: inout MessageTable) {
        guard let id = table[slot].details.groupID else { return self.turns.append(slot, .place, in: &table) }
        let tenant = self.find(orAdd: id)
        table[slot].group = tenant
        if self.tenants[Int(tenant)].turn == .none {
            self.tenants[Int(tenant)].turn = slot
            self.turns.append(slot, .place, in: &table)
        } else {
            self.tenants[Int(tenant)].waiting.append(slot, .place, in: &table)
        }
    }

    mutating func remove(_ slot: MessageSlot, in table: inout MessageTable) {
        let group = table[slot].group
        guard group != .max else { return self.turns.remove(slot, .place, in: &table) }
        table[slot].group = .max
        let tenant = Int(group)
        guard self.tenants[tenant].turn == slot else {
            return self.tenants[tenant].waiting.remove(slot, .place, in: &table)
        }
        self.turns.remove(slot, .place, in: &table)
        let next = self.tenants[tenant].waiting.first
        self.tenants[tenant].turn = next
        if next == .none {
            self.index[self.tenants[tenant].id] = nil
            self.vacant.append(group)
        } else {
            self.tenants[tenant].waiting.remove(next, .place, in: &table)
            self.turns.append(next, .place, in: &table)
        }
    }

    private mutating func find(orAdd id: String) -> UInt32 {
        if let tenant = self.index[id] { return tenant }
        let tenant: UInt32
        if let vacant = self.vacant.popLast() {
            tenant = vacant
            self.tenants[Int(tenant)] = Tenant(id: id)
        } else {
            tenant = UInt32(self.tenants.count)
            self.tenants.append(Tenant(id: id))
        }
        self.index[id] = tenant
        return tenant
    }
}

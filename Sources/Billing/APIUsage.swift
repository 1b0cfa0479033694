package import CoreTypes

/// What APIs were asked in some time, as a bill counts it: by API.
package struct APIUsage: Hashable, Sendable {
    /// One request that the gateway has answered.
    package struct Event: Hashable, Sendable {
        package var time: Timestamp
        package var key: Key
        package var status: Int
        package var requestBytes: Int
        package var responseBytes: Int
        /// Whether AWS asks money for it: not where the gateway itself turned the caller away.
        package var isCharged: Bool

        package init(
            time: Timestamp, key: Key, status: Int, requestBytes: Int, responseBytes: Int, isCharged: Bool
        ) {
            self.time = time
            self.key = key
            self.status = status
            self.requestBytes = requestBytes
            self.responseBytes = responseBytes
            self.isCharged = isCharged
        }
    }

    package struct Key: Hashable, Sendable {
        /// The API's name for a reader.
        package let api: String
        package let kind: APIRequests.Kind

        package init(api: String, kind: APIRequests.Kind) {
            self.api = api
            self.kind = kind
        }
    }

    package struct Tally: Hashable, Sendable {
        package var requests = 0
        /// Of them, those that nothing is paid for.
        package var uncharged = 0
        /// What is billed: see ``APIRequests/units(_:requestBytes:responseBytes:)``.
        package var units = 0
        /// Of charged requests.
        package var responseBytes = 0
        package var clientErrors = 0
        package var serverErrors = 0

        package init() {}

        /// What of it is paid for.
        package func billed(_ kind: APIRequests.Kind) -> APIRequests {
            APIRequests(kind: kind, units: self.units, responseBytes: self.responseBytes)
        }

        package static func += (left: inout Self, right: Self) {
            left.requests += right.requests
            left.uncharged += right.uncharged
            left.units += right.units
            left.responseBytes += right.responseBytes
            left.clientErrors += right.clientErrors
            left.serverErrors += right.serverErrors
        }

        package mutating func add(_ event: Event) {
            self.requests += 1
            if event.isCharged {
                self.units += APIRequests.units(
                    event.key.kind, requestBytes: event.requestBytes, responseBytes: event.responseBytes)
                self.responseBytes += event.responseBytes
            } else {
                self.uncharged += 1
            }
            switch event.status {
            case 400..<500: self.clientErrors += 1
            case 500...: self.serverErrors += 1
            default: break
            }
        }
    }

    package private(set) var tallies: [Key: Tally] = [:]

    package init() {}

    package mutating func add(_ event: Event) { self.tallies[event.key, default: Tally()].add(event) }
}

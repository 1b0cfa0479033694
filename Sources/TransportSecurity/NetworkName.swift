import Foundation
import NIOCore

/// Names of hosts in handshakes and certificates.
enum NetworkName {
    /// The four or sixteen bytes of an address; `nil` for a name.
    static func addressBytes(_ text: String) -> [UInt8]? {
        // Refused: anything that is a name.
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        switch address {
        case .v4(let address): return withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address): return withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
        case .unixDomainSocket: return nil
        }
    }

    /// The entry for a name, in lower case: its own, else that of a wildcard for its first label (RFC 6125 section 6.4.3).
    static func match(_ name: String, in names: (String) -> Bool) -> String? {
        if names(name) { return name }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        let wildcard = "*" + name[dot...]
        return names(wildcard) ? wildcard : nil
    }
}

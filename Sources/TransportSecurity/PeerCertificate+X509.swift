import CoreTypes
import Foundation
import HTTPServing
import SwiftASN1
import X509

extension PeerCertificate {
    /// Spelled as API Gateway's events have it (AWS Compute Blog, "Introducing mutual TLS authentication for Amazon API Gateway";
    /// developer guide, "Create AWS Lambda proxy integrations for HTTP APIs").
    init(_ certificate: Certificate, refusal: String?) throws {
        self.init(
            pem: try certificate.serializeAsPEM().pemString + "\n", subject: Self.text(certificate.subject),
            issuer: Self.text(certificate.issuer), serialNumber: Self.text(certificate.serialNumber),
            notBefore: Self.text(certificate.notValidBefore), notAfter: Self.text(certificate.notValidAfter), refusal: refusal)
    }

    /// One of which only this can be said: it is shown to nobody.
    static func unreadable(refusal: String) -> PeerCertificate {
        PeerCertificate(pem: "", subject: "", issuer: "", serialNumber: "", notBefore: "", notAfter: "", refusal: refusal)
    }

    /// In the certificate's order, where RFC 4514 begins at the end.
    private static func text(_ name: DistinguishedName) -> String {
        name.map { String(describing: $0) }.joined(separator: ",")
    }

    /// As OpenSSL writes numbers: what fits into eight bytes in decimal digits, else the bytes.
    private static func text(_ number: Certificate.SerialNumber) -> String {
        guard number.bytes.count > 8 || (number.bytes.count == 8 && number.bytes.first ?? 0 >= 0x80) else {
            return String(number.bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        let bytes = number.bytes.first == 0 ? number.bytes.dropFirst() : number.bytes
        return bytes.map { HexadecimalText.text(UInt64($0), digits: 2) }.joined(separator: ":")
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Aug  5 00:28:21 2120 GMT`, up to the year 9999.
    private static func text(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func padded(_ number: Int?, with filling: String = "0") -> String {
            let text = String(number ?? 0)
            return text.utf8.count < 2 ? filling + text : text
        }
        let time = [parts.hour, parts.minute, parts.second].map { padded($0) }.joined(separator: ":")
        return "\(Self.months[(parts.month ?? 1) - 1]) \(padded(parts.day, with: " ")) \(time) \(parts.year ?? 0) GMT"
    }
}

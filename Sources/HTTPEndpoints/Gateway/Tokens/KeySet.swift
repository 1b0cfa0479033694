import APIGateway
import CoreTypes
import Crypto
import CryptoExtras
import Foundation

/// The public keys of an issuer (RFC 7517), RSA keys for signatures: what API Gateway takes.
struct KeySet {
    private var keys: [(id: String, algorithm: String?, key: _RSA.Signing.PublicKey)] = []

    /// More than any issuer has.
    static let keysMax = 100

    /// `{"keys": [{"kty": "RSA", "kid": …, "n": …, "e": …}]}`; keys of other kinds are passed over. `nil` for anything else.
    init?(_ document: JSON) {
        guard let members = document["keys"]?.arrayValue else { return nil }
        for member in members.prefix(Self.keysMax) {
            guard member["kty"]?.stringValue == "RSA", member["use"].map({ $0.stringValue == "sig" }) ?? true,
                let id = member["kid"]?.stringValue,
                let modulus = member["n"]?.stringValue.flatMap(UnverifiedToken.base64URL),
                let exponent = member["e"]?.stringValue.flatMap(UnverifiedToken.base64URL),
                // Refused by the library: too short a modulus, an exponent that is none.
                let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
            else { continue }
            self.keys.append((id, member["alg"]?.stringValue, key))
        }
    }

    func contains(_ id: String) -> Bool { self.keys.contains { $0.id == id } }

    /// Whether the key that the token names signed it, by one of the RSA algorithms (RFC 7518 sections 3.3 and 3.5).
    func signed(_ token: UnverifiedToken) -> Bool {
        guard let id = token.keyID else { return false }
        let signature = _RSA.Signing.RSASignature(rawRepresentation: token.signature)
        let text = Array(token.signedText.utf8)
        return self.keys.contains { entry in
            guard entry.id == id, entry.algorithm.map({ $0 == token.algorithm }) ?? true else { return false }
            func isGood(_ digest: some Digest, _ padding: _RSA.Signing.Padding) -> Bool {
                entry.key.isValidSignature(signature, for: digest, padding: padding)
            }
            return switch token.algorithm {
            case "RS256": isGood(Crypto.SHA256.hash(data: text), .insecurePKCS1v1_5)
            case "RS384": isGood(Crypto.SHA384.hash(data: text), .insecurePKCS1v1_5)
            case "RS512": isGood(Crypto.SHA512.hash(data: text), .insecurePKCS1v1_5)
            case "PS256": isGood(Crypto.SHA256.hash(data: text), .PSS)
            case "PS384": isGood(Crypto.SHA384.hash(data: text), .PSS)
            case "PS512": isGood(Crypto.SHA512.hash(data: text), .PSS)
            default: false
            }
        }
    }
}

package import CoreTypes

/// A JSON Web Token taken apart, its signature not looked at (RFC 7515 section 7.1, RFC 7519).
package struct UnverifiedToken: Hashable, Sendable {
    package let algorithm: String
    package let keyID: String?
    package let claims: JSONObject
    /// Base64url of header and payload with the dot between: what the signature is over.
    package let signedText: String
    package let signature: [UInt8]

    /// Larger ones are not read.
    package static let bytesMax = 16_384

    /// `nil` for anything that is no signed token in compact form.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Self.base64URL(parts[2]), let algorithm = header["alg"]?.stringValue
        else { return nil }
        self.algorithm = algorithm
        self.keyID = header["kid"]?.stringValue
        self.claims = claims
        self.signedText = "\(parts[0]).\(parts[1])"
        self.signature = signature
    }

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = self.base64URL(part) else { return nil }
        let parsed = Result { () throws(JSONError) in try JSON(parsing: bytes) }
        return if case .success(.object(let object)) = parsed { object } else { nil }
    }

    /// Base64url without padding (RFC 7515 section 2).
    package static func base64URL(_ part: some StringProtocol) -> [UInt8]? {
        guard !part.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=") }) else {
            return nil
        }
        return Base64.decode(String(part).replacing("-", with: "+").replacing("_", with: "/"))
    }
}

/// What an HTTP API asks of a token's claims (API Gateway developer guide, "Control access to HTTP APIs with JWT authorizers").
package struct TokenRequirements: Hashable, Sendable {
    package let issuer: String
    package let audiences: [String]
    /// Of the route; one of them is enough. Empty: none is needed.
    package let scopes: [String]

    package enum Refusal: Hashable, Sendable {
        /// 401, with the description of `www-authenticate`.
        case invalid(String)
        /// 403
        case missingScope
    }

    package init(issuer: String, audiences: [String], scopes: [String]) {
        self.issuer = issuer
        self.audiences = audiences
        self.scopes = scopes
    }

    /// `nil` when the claims fulfil them.
    package func refusal(of claims: JSONObject, at now: Timestamp) -> Refusal? {
        guard claims["iss"]?.stringValue == self.issuer else { return .invalid("the token does not have a valid issuer") }
        guard self.hasAudience(claims) else { return .invalid("the token does not have a valid audience") }
        let seconds = Double(now.milliseconds) / 1_000
        guard let expiry = claims["exp"]?.numberValue?.doubleValue, expiry > seconds else {
            return .invalid("the token has expired")
        }
        for name in ["nbf", "iat"] {
            guard let claim = claims[name] else { continue }
            guard let time = claim.numberValue?.doubleValue, time <= seconds else {
                return .invalid(name == "nbf" ? "the token is not valid yet" : "the token was issued in the future")
            }
        }
        guard !self.scopes.isEmpty else { return nil }
        return Set(Self.scopes(of: claims)).isDisjoint(with: self.scopes) ? .missingScope : nil
    }

    /// `client_id` counts only for a token without `aud`.
    private func hasAudience(_ claims: JSONObject) -> Bool {
        switch claims["aud"] {
        case .string(let audience)?: self.audiences.contains(audience)
        case .array(let values)?: values.contains { $0.stringValue.map(self.audiences.contains) ?? false }
        case nil: claims["client_id"]?.stringValue.map(self.audiences.contains) ?? false
        case .null?, .bool?, .number?, .object?: false
        }
    }

    /// `scp` wins over `scope`; either is a text with spaces or a list.
    package static func scopes(of claims: JSONObject) -> [String] {
        switch claims["scp"] ?? claims["scope"] {
        case .string(let text)?: text.split(separator: " ").map(String.init)
        case .array(let values)?: values.compactMap(\.stringValue)
        case nil, .null?, .bool?, .number?, .object?: []
        }
    }

    /// The claims as an event has them: all values as text, lists as `[a b]`, objects as JSON, nulls left out.
    package static func eventClaims(_ claims: JSONObject) -> JSONObject {
        var texts = JSONObject()
        for (name, value) in claims.members where !value.isNull { texts[name] = .string(self.text(value)) }
        return texts
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .array(let values): "[" + values.map { $0.stringValue ?? $0.description }.joined(separator: " ") + "]"
        case .null, .bool, .number, .object: value.description
        }
    }
}

import APIGateway
import CoreTypes
import ExecutionEnvironments
import Foundation
import NIOCore

/// The keys of token issuers, read when a token needs them and kept: from a file or an address that the user named for the
/// issuer, else through the issuer's own `/.well-known/openid-configuration`. A key that is unknown may be new: the keys are then
/// read again. Lives on one event loop.
final class IssuerKeys {
    /// As API Gateway keeps them (developer guide, "Control access to HTTP APIs with JWT authorizers").
    static let keptFor = Duration.seconds(2 * 60 * 60)
    /// Tokens with made-up keys don't make us ask more often.
    static let readAgainAfter = Duration.seconds(1)
    /// API Gateway quotas for HTTP APIs: "Maximum response size from JSON Web Key Set (JWKS) endpoint", "… OpenID Connect discovery
    /// endpoint". Their time-outs, 1,500 ms there, are longer here, as what runs on a developer's machine may have to start.
    private static let documentBytesMax = 150_000
    private static let readMilliseconds = 5_000
    private static let waitingMax = 1_024

    private struct Kept {
        var keys: KeySet?
        /// The last try.
        var readAt: Timestamp?
        var goodUntil: Timestamp?
        /// The last try failed.
        var isFailing = false
        var waiting: [(KeySet?) -> Void] = []
    }

    private let eventLoop: any EventLoop
    private let client: BackendClient
    /// Paths, or `http://` or `https://` addresses of key sets, by issuer.
    private let sources: [String: String]
    private var kept: [String: Kept] = [:]
    /// Takes a sentence about keys that can't be read, the first time in a row.
    var report: (String) -> Void = { _ in }

    init(sources: [String: String], client: BackendClient, eventLoop: any EventLoop) {
        self.sources = sources
        self.client = client
        self.eventLoop = eventLoop
    }

    /// Why tokens of an issuer can't be verified here; `nil` where they can.
    static func problem(issuer: String, sources: [String: String]) -> String? {
        let place = sources[issuer] ?? issuer
        let isAddress = place.contains("://")
        if isAddress ? place.hasPrefix("http://") || place.hasPrefix("https://") : sources[issuer] != nil { return nil }
        return
            "the keys of \(issuer) can't be read from \(place): all its tokens are refused. "
            + "Name a file or an http or https address of its key set by --jwks \(issuer)=…"
    }

    func verify(_ verification: TokenVerification, completion: @escaping (TokenVerdict) -> Void) {
        guard let id = verification.token.keyID else { return completion(.refused("the token names no key")) }
        self.keys(of: verification.issuer, with: id) { keys in
            guard let keys else { return completion(.refused("the keys of the issuer can't be read")) }
            completion(keys.signed(verification.token) ? .verified : .refused("the token's signature is not valid"))
        }
    }

    private func keys(of issuer: String, with id: String, completion: @escaping (KeySet?) -> Void) {
        var kept = self.kept[issuer] ?? Kept()
        let now = HostClock.now()
        if kept.waiting.isEmpty, let readAt = kept.readAt {
            let age = now - readAt
            if age < Self.readAgainAfter { return completion(kept.keys) }
            if let keys = kept.keys, let goodUntil = kept.goodUntil, now < goodUntil, keys.contains(id) {
                return completion(keys)
            }
        }
        guard kept.waiting.count < Self.waitingMax else { return completion(nil) }
        kept.waiting.append(completion)
        let isFirst = kept.waiting.count == 1
        self.kept[issuer] = kept
        guard isFirst else { return }
        self.read(issuer) { keys in
            self.took(keys, of: issuer)
        }
    }

    private func took(_ keys: KeySet?, of issuer: String) {
        guard var kept = self.kept[issuer] else { return }
        let now = HostClock.now()
        let waiting = kept.waiting
        kept.waiting = []
        // Where they can't be read again just now, those we have stay good for their time.
        if keys != nil || kept.goodUntil.map({ $0 <= now }) ?? true {
            kept.keys = keys
            kept.goodUntil = now + Self.keptFor
        }
        kept.readAt = now
        if keys == nil, !kept.isFailing {
            self.report(
                "the keys of \(issuer) can't be read\(self.sources[issuer].map { " from \($0)" } ?? ""). "
                    + "Name a file or an address of its key set by --jwks \(issuer)=…")
        }
        kept.isFailing = keys == nil
        self.kept[issuer] = kept
        for completion in waiting { completion(kept.keys) }
    }

    private func read(_ issuer: String, completion: @escaping (KeySet?) -> Void) {
        if let source = self.sources[issuer] {
            guard !source.contains("://") else { return self.fetch(source) { completion($0.flatMap(KeySet.init)) } }
            return completion(Self.parse(FileManager.default.contents(atPath: source).map { Array($0) }).flatMap(KeySet.init))
        }
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        self.fetch(base + "/.well-known/openid-configuration") { configuration in
            guard let address = configuration?["jwks_uri"]?.stringValue else { return completion(nil) }
            self.fetch(address) { completion($0.flatMap(KeySet.init)) }
        }
    }

    private static func parse(_ bytes: [UInt8]?) -> JSON? {
        guard let bytes, bytes.count <= Self.documentBytesMax else { return nil }
        let parsed = Result { () throws(JSONError) in try JSON(parsing: bytes) }
        return if case .success(let document) = parsed { document } else { nil }
    }

    private func fetch(_ address: String, completion: @escaping (JSON?) -> Void) {
        guard let components = URLComponents(string: address), let scheme = components.scheme?.lowercased(),
            let standard = ["http": 80, "https": 443][scheme], let host = components.host, !host.isEmpty
        else { return completion(nil) }
        let port = components.port ?? standard
        let path = components.percentEncodedPath.isEmpty ? "/" : components.percentEncodedPath
        let request = BackendRequest(
            get: path + (components.percentEncodedQuery.map { "?\($0)" } ?? ""), from: TargetAddress(host: host, port: port),
            host: port == standard ? host : "\(host):\(port)",
            security: scheme == "https" ? BackendSecurity(serverName: host) : nil, timeoutMilliseconds: Self.readMilliseconds)
        var call: BackendCall?
        let timer = self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(Self.readMilliseconds))) {
            call?.cancel()
            completion(nil)
        }
        call = self.client.send(request, answerBytesMax: Self.documentBytesMax) { result in
            timer.cancel()
            guard case .success(let answer) = result, answer.status == 200 else { return completion(nil) }
            completion(Self.parse(answer.body))
        }
    }
}

import CoreTypes
import Emulator
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Invokes through the AWS endpoint of a host that runs already.
struct RemoteInvocation {
    let host: HostFile

    func invoke(_ name: String, qualifier: String?, payload: [UInt8], clientContext: String?) async throws -> InvokeOutcome {
        var address = "\(self.host.aws)/2015-03-31/functions/\(name)/invocations"
        if let qualifier { address += "?Qualifier=\(qualifier.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? qualifier)" }
        guard let url = URL(string: address) else { throw CommandFailure.usage("\(name) is no name of a function") }
        var request = URLRequest(url: url, timeoutInterval: 1_000)
        request.httpMethod = "POST"
        request.httpBody = Data(payload)
        request.setValue("Tail", forHTTPHeaderField: "X-Amz-Log-Type")
        request.setValue("report", forHTTPHeaderField: "X-Martlet-Want")
        if let clientContext { request.setValue(Base64.encode(clientContext.utf8), forHTTPHeaderField: "X-Amz-Client-Context") }
        let data: Data
        let response: URLResponse
        do {
            (data, response) = try await URLSession.shared.data(for: request)
        } catch {
            throw CommandFailure.host("the host at \(self.host.aws) doesn't answer: \(error.localizedDescription)")
        }
        guard let http = response as? HTTPURLResponse else { throw CommandFailure.host("the host at \(self.host.aws) doesn't speak HTTP") }
        guard http.statusCode == 200 else {
            let text = String(decoding: data, as: UTF8.self)
            throw CommandFailure.host("the host at \(self.host.aws) refused the call (\(http.statusCode)): \(text)")
        }
        var outcome = InvokeOutcome(
            payload: Array(data), functionError: http.value(forHTTPHeaderField: "X-Amz-Function-Error"),
            requestID: http.value(forHTTPHeaderField: "x-amzn-RequestId") ?? "")
        outcome.log = http.value(forHTTPHeaderField: "X-Amz-Log-Result").flatMap { Base64.decode($0) } ?? []
        outcome.costLine = http.value(forHTTPHeaderField: "X-Martlet-Cost")
        // The header is the host's own; a host of another version may not send it.
        outcome.report = http.value(forHTTPHeaderField: "X-Martlet-Report").flatMap { try? JSON(parsing: $0) }
        return outcome
    }
}

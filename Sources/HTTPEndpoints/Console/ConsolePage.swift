import HTTPServing
import NIOCore
import NIOHTTP1

/// The console's page: files of the folder Page, part of the program. Nothing in it comes from elsewhere, and nothing that a
/// function wrote can become code in it: scripts are these files alone, and the browser refuses HTML made from text
/// (`require-trusted-types-for`, W3C Trusted Types).
enum ConsolePage {
    struct File {
        let contentType: StaticString
        let bytes: [UInt8]
    }

    private static let script: StaticString = "text/javascript; charset=utf-8"

    private static let files: [String: File] = [
        "index.html": File(contentType: "text/html; charset=utf-8", bytes: PackageResources.index_html),
        "style.css": File(contentType: "text/css; charset=utf-8", bytes: PackageResources.style_css),
        "martlet.svg": File(contentType: "image/svg+xml", bytes: PackageResources.martlet_svg),
        "app.js": File(contentType: Self.script, bytes: PackageResources.app_js),
        "host.js": File(contentType: Self.script, bytes: PackageResources.host_js),
        "dom.js": File(contentType: Self.script, bytes: PackageResources.dom_js),
        "words.js": File(contentType: Self.script, bytes: PackageResources.words_js),
        "charts.js": File(contentType: Self.script, bytes: PackageResources.charts_js),
        "list.js": File(contentType: Self.script, bytes: PackageResources.list_js),
        "overview.js": File(contentType: Self.script, bytes: PackageResources.overview_js),
        "functions.js": File(contentType: Self.script, bytes: PackageResources.functions_js),
        "apis.js": File(contentType: Self.script, bytes: PackageResources.apis_js),
        "playground.js": File(contentType: Self.script, bytes: PackageResources.playground_js),
        "queues.js": File(contentType: Self.script, bytes: PackageResources.queues_js),
        "triggers.js": File(contentType: Self.script, bytes: PackageResources.triggers_js),
        "bill.js": File(contentType: Self.script, bytes: PackageResources.bill_js),
    ]

    private static let policy: StaticString = """
        content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r\n\
        x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\ncross-origin-opener-policy: same-origin\r\n\
        cross-origin-resource-policy: same-origin\r\ncache-control: no-cache\r\n
        """

    /// Whether a browser asks for a page, and no client for an action of the Query protocol.
    static func isWanted(_ head: HTTPRequestHead) -> Bool {
        (head.method == .GET || head.method == .HEAD) && !head.uri.contains("Action=")
            && head.headers.contains { $0.name.lowercased() == "accept" && $0.value.contains("text/html") }
    }

    static let index = "index.html"

    static func respond(_ name: String, on connection: HTTPConnection) {
        guard let file = self.files[name] else {
            connection.respond(status: .notFound, body: ByteBuffer(staticString: "There is no such file.\n")) {
                $0.writeStaticString("content-type: text/plain\r\n")
            }
            return
        }
        connection.respond(status: .ok, body: ByteBuffer(bytes: file.bytes)) { head in
            head.writeStaticString("content-type: ")
            head.writeStaticString(file.contentType)
            head.writeStaticString("\r\n")
            head.writeStaticString(self.policy)
        }
    }
}

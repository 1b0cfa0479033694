/// Runtimes that tests write: Python without any library of AWS.
enum Bootstrap {
    /// What every script below begins with: `call`, `invocation` (one `/next`), `answer`, and `forever`.
    private static let runtime = #"""
        #!/usr/bin/env python3
        import base64, http.client, json, os, signal, socket, subprocess, sys, time
        api = os.environ["AWS_LAMBDA_RUNTIME_API"]
        connection = http.client.HTTPConnection(api)
        def call(method, path, body=None, headers={}, to=None):
            to = to or connection
            to.request(method, "/2018-06-01/runtime/" + path, body, headers)
            reply = to.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
        def invocation():
            status, headers, body = call("GET", "invocation/next")
            return headers["lambda-runtime-aws-request-id"], headers, body
        def answer(id, body, headers={}):
            return call("POST", "invocation/" + id + "/response", body, headers)
        def text(value):
            return json.dumps(value, ensure_ascii=False).encode()
        def forever(handler):
            while True:
                id, headers, body = invocation()
                answer(id, handler(id, headers, body))

        """#

    /// A script after the common beginning.
    static func python(_ script: String) -> String { self.runtime + script + "\n" }

    /// Answers each event with itself.
    static let echo = Self.python("forever(lambda id, headers, body: body)")

    /// Answers each event with its process id, `{"pid":1}`.
    static let pid = Self.python(#"forever(lambda id, headers, body: text({"pid": os.getpid()}))"#)

    /// Waits until a file of the name in the event exists, then answers with its process id. The wait is the function's, not the
    /// test's: the test makes the file when it has seen what it waits for.
    static let gate = Self.python(
        #"""
        def handler(id, headers, body):
            while not os.path.exists(json.loads(body)): time.sleep(0.005)
            return text({"pid": os.getpid()})
        forever(handler)
        """#)
}

import Billing
import CoreTypes
import ExecutionEnvironments
import Foundation
import LambdaCore
import Testing

extension ProcessTests {
    /// What a process finds around it (Lambda developer guide, "Defined runtime environment variables" and "Lambda execution
    /// environment").
    struct Sandbox {
        private func environment(
            _ harness: InvokerHarness, _ configure: (inout FunctionConfiguration) -> Void = { _ in }
        ) async throws -> [String: String] {
            // What Python and the shell's linker add on their own is none of the host's doing.
            try harness.deploy(
                Bootstrap.python(
                    #"""
                    names = open("/proc/self/environ").read().split("\0")[:-1]
                    forever(lambda id, headers, body: text(dict(name.split("=", 1) for name in names)))
                    """#), configure)
            let payload = try await harness.invoke().payload
            return try #require(JSONSerialization.jsonObject(with: Data(payload.utf8)) as? [String: String])
        }

        @Test func theVariablesAreTheDocumentedOnesAndNoOthers() async throws {
            try await InvokerHarness.with { harness in
                var values = try await self.environment(harness) {
                    $0.memoryMB = 256
                    $0.environment = ["OWN": "값 = $HOME", "TZ": "Asia/Seoul"]
                }
                let api = try #require(values["AWS_LAMBDA_RUNTIME_API"])
                #expect(api.wholeMatch(of: /127\.0\.0\.1:[0-9]+/) != nil)
                let stream = try #require(values["AWS_LAMBDA_LOG_STREAM_NAME"])
                #expect(stream.wholeMatch(of: /[0-9]{4}\/[0-9]{2}\/[0-9]{2}\/\[\$LATEST\][0-9a-f]{32}/) != nil)
                let temporary = try #require(values["TMPDIR"])
                #expect(temporary.hasPrefix("\(harness.folder)/state/environments/"))
                #expect(values["AWS_LAMBDA_METADATA_API"] == api)
                #expect(RequestID(try #require(values["AWS_LAMBDA_METADATA_TOKEN"])) != nil)
                let own = [
                    "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_LOG_STREAM_NAME", "TMPDIR", "AWS_LAMBDA_METADATA_API",
                    "AWS_LAMBDA_METADATA_TOKEN",
                ]
                for name in own { values[name] = nil }
                let task = "\(harness.folder)/code/f"
                let layers = "\(harness.folder)/layers"
                #expect(
                    values == [
                        "_HANDLER": "index.handler", "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
                        "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
                        "AWS_ACCESS_KEY_ID": "AKID", "AWS_ACCESS_KEY": "AKID", "AWS_SECRET_ACCESS_KEY": "SECRET",
                        "AWS_SESSION_TOKEN": "TOKEN",
                        "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "LAMBDA_TASK_ROOT": task,
                        "LAMBDA_RUNTIME_DIR": "\(harness.folder)/state/runtime", "LANG": "en_US.UTF-8", "TZ": "Asia/Seoul",
                        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:\(layers)/bin",
                        "LD_LIBRARY_PATH":
                            "/var/lang/lib:/lib64:/usr/lib64:\(harness.folder)/state/runtime:\(task):\(task)/lib:\(layers)/lib",
                        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000", "OWN": "값 = $HOME",
                    ])
            }
        }

        @Test func jsonLoggingHasTwoVariablesMore() async throws {
            try await InvokerHarness.with { harness in
                let values = try await self.environment(harness) {
                    $0.logging.format = .json
                    $0.logging.applicationLevel = .debug
                }
                #expect(values["AWS_LAMBDA_LOG_FORMAT"] == "JSON")
                #expect(values["AWS_LAMBDA_LOG_LEVEL"] == "DEBUG")
            }
        }

        @Test func aProcessStandsInItsCodeWithDescriptorsOfItsOwn() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        import resource
                        def handler(id, headers, body):
                            # The connection to the Runtime API is the function's own.
                            files = sorted(int(name) for name in os.listdir("/proc/self/fd"))
                            return text({
                                "cwd": os.getcwd(), "argv": len(sys.argv), "limit": resource.getrlimit(resource.RLIMIT_NOFILE),
                                "core": resource.getrlimit(resource.RLIMIT_CORE)[0], "stdin": os.readlink("/proc/self/fd/0"),
                                "inherited": [n for n in files if n > 2 and os.path.exists("/proc/self/fd/%d" % n) and n != connection.sock.fileno()],
                                "leads": os.getpgid(0) == os.getpid(),
                                # The first 31 signals: what lies above belongs to the C library.
                                "masked": [int(line.split()[1], 16) & 0x7fffffff for line in open("/proc/self/status")
                                    if line.startswith(("SigBlk", "SigIgn"))],
                            })
                        forever(handler)
                        """#))
                let payload = try await harness.invoke().payload
                let values = try #require(JSONSerialization.jsonObject(with: Data(payload.utf8)) as? [String: Any])
                #expect(values["cwd"] as? String == "\(harness.folder)/code/f")
                #expect(values["argv"] as? Int == 1)
                #expect(values["limit"] as? [Int] == [1024, 1024])
                #expect(values["core"] as? Int == 0)
                #expect(values["stdin"] as? String == "/dev/null")
                #expect(values["inherited"] as? [Int] == [])
                #expect(values["leads"] as? Bool == true)
                // Python itself ignores SIGPIPE (13) and SIGXFSZ (25).
                #expect(values["masked"] as? [Int] == [0, 1 << 12 | 1 << 24])
            }
        }

        /// 512 MB is the least that a function can have. The blocks are reserved, not written.
        @Test(.enabled(if: Processes.canSetLimits)) func theTemporaryFolderIsBoundedAsAWhole() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            folder = os.environ["TMPDIR"]
                            if body == b'"clean"':
                                for name in os.listdir(folder): os.remove(folder + "/" + name)
                            else:
                                for number in range(3):
                                    with open("%s/%d" % (folder, number), "wb") as file: os.posix_fallocate(file.fileno(), 0, 200 << 20)
                            refused, wrote = None, False
                            # Until what the host has seen of the folder is what this invocation waits for.
                            while refused is None if body != b'"clean"' else not wrote:
                                try:
                                    with open(folder + "/more", "ab") as file: file.write(b"x")
                                    wrote = True
                                except OSError as error: refused = error.errno
                                time.sleep(0.005)
                            return text(refused if body != b'"clean"' else wrote)
                        forever(handler)
                        """#))
                // EFBIG, for which the kernel's own signal would have ended the process.
                #expect(try await harness.invoke(#""fill""#).payload == "27")
                #expect(harness.recorder.text.contains("martlet: TMPDIR is full: 600 MB of EphemeralStorage's 512\n"))
                #expect(try await harness.invoke(#""clean""#).payload == "true")
            }
        }

        @Test func theTemporaryFolderIsWritableAndOutlivesAReset() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            path = os.environ["TMPDIR"] + "/kept"
                            if os.path.exists(path): return text(open(path).read())
                            open(path, "w").write("from before")
                            os._exit(1)
                        forever(handler)
                        """#))
                #expect(try await harness.invoke().failure == .function(type: "Runtime.ExitError"))
                #expect(try await harness.invoke().payload == #""from before""#)
            }
        }
    }
}

import RemoteQueues
import Testing

/// Precedence, file forms and variables: AWS SDKs and Tools reference guide, "Shared config and credentials files", "Process credential
/// provider", "Container credential provider".
@Suite struct CredentialChainTests {
    private func chain(_ environment: [String: String], _ files: [String: String] = [:]) -> CredentialChain {
        CredentialChain(environment: environment.merging(["HOME": "/h"]) { given, _ in given }) { files[$0] }
    }

    private func keys(_ id: String, _ secret: String, _ token: String? = nil) -> CredentialSource {
        .keys(AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token))
    }

    private func refusal(_ environment: [String: String], _ files: [String: String] = [:]) -> String {
        do throws(CredentialChain.Missing) {
            return "not refused: \(try self.chain(environment, files).source())"
        } catch { return error.message }
    }

    @Test func `the environment comes first`() throws {
        let chain = self.chain(
            [
                "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/c",
            ],
            ["/h/.aws/credentials": "[default]\naws_access_key_id=F\naws_secret_access_key=S"])
        #expect(try chain.source() == self.keys("E", "S", "T"))
    }

    @Test func `half of a pair of keys is told`() {
        #expect(self.refusal(["AWS_ACCESS_KEY_ID": "E"]) == "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't")
        #expect(
            self.refusal([:], ["/h/.aws/credentials": "[default]\naws_access_key_id=F"])
                == "the profile default has no aws_secret_access_key")
    }

    @Test func `a profile is read from the credentials file, then from the config file`() throws {
        let files = [
            "/h/.aws/credentials":
                "# comment\n[default]\naws_access_key_id = D\naws_secret_access_key = S\naws_session_token = T=\n",
            "/h/.aws/config": "[default]\nregion=x\n[profile work]\naws_access_key_id=W\naws_secret_access_key=V\n",
        ]
        #expect(try self.chain([:], files).source() == self.keys("D", "S", "T="))
        #expect(try self.chain(["AWS_PROFILE": "work"], files).source() == self.keys("W", "V"))
    }

    @Test func `the files may be elsewhere`() throws {
        let files = [
            "/k": "[default]\naws_access_key_id=K\naws_secret_access_key=S",
            "/h/c": "[profile p]\naws_access_key_id=C\naws_secret_access_key=S",
        ]
        let variables = ["AWS_SHARED_CREDENTIALS_FILE": "/k", "AWS_CONFIG_FILE": "~/c"]
        #expect(try self.chain(variables, files).source() == self.keys("K", "S"))
        #expect(try self.chain(variables.merging(["AWS_PROFILE": "p"]) { $1 }, files).source() == self.keys("C", "S"))
    }

    @Test(arguments: [
        ("/opt/keys", ["/opt/keys"]), (#"/opt/keys --user "이 순신"  -v"#, ["/opt/keys", "--user", "이 순신", "-v"]),
        (#"'/my programs/k' a\ b """#, ["/my programs/k", "a b", ""]),
    ])
    func `a program is named with its words, without a shell`(line: String, words: [String]) throws {
        let files = ["/h/.aws/config": "[default]\ncredential_process = \(line)\n"]
        #expect(try self.chain([:], files).source() == .process(words))
    }

    @Test func `keys of the credentials file come before a program, and a program before keys of the config file`() throws {
        let keys = "aws_access_key_id=K\naws_secret_access_key=S\n"
        let config = "[default]\ncredential_process = p\n\(keys)"
        #expect(try self.chain([:], ["/h/.aws/config": config]).source() == .process(["p"]))
        let both = ["/h/.aws/config": config, "/h/.aws/credentials": "[default]\n\(keys)"]
        #expect(try self.chain([:], both).source() == self.keys("K", "S"))
    }

    @Test func `a quote that is not closed is told`() {
        #expect(
            self.refusal([:], ["/h/.aws/config": "[default]\ncredential_process = a \"b"]).contains("a quote that is not closed"))
    }

    @Test func `a container's agent is asked at its own address or at a near one`() throws {
        #expect(
            try self.chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"]).source()
                == .container(url: "http://169.254.170.2/v2/x", authorization: .token("t")))
        for url in [
            "http://127.0.0.1:81/c", "http://localhost/c", "http://[::1]:9/c", "http://169.254.170.23/v1",
            "https://any.example/c",
        ] {
            let variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/t"]
            #expect(try self.chain(variables).source() == .container(url: url, authorization: .file("/t")))
        }
    }

    @Test(arguments: ["http://10.0.0.1/c", "http://127.evil.example/c", "ftp://127.0.0.1/c", "http://u@127.0.0.1/c", "c"])
    func `nobody else is asked for keys in the clear`(url: String) {
        #expect(self.refusal(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]).hasPrefix("AWS_CONTAINER_CREDENTIALS_FULL_URI is"))
    }

    @Test func `a token can't bring another header`() {
        let variables = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t\r\nX: y",
        ]
        #expect(self.refusal(variables).contains("line break"))
    }

    @Test(arguments: ["sso_session = s", "role_arn = arn:aws:iam::1:role/r\nsource_profile = d", "web_identity_token_file = /t"])
    func `what has to ask AWS is refused with what to do, even beside keys`(lines: String) {
        let keys = "aws_access_key_id=K\naws_secret_access_key=S\n"
        let message = self.refusal([:], ["/h/.aws/config": "[default]\n\(lines)\n", "/h/.aws/credentials": "[default]\n\(keys)"])
        #expect(message.contains(String(lines.prefix { $0 != " " })))
        #expect(message.contains("aws configure export-credentials"))
    }

    @Test func `what is missing is told with what to do`() {
        #expect(self.refusal([:]).contains("AWS_ACCESS_KEY_ID"))
        #expect(self.refusal([:]).contains("EC2"))
        #expect(
            self.refusal(["AWS_PROFILE": "gone"])
                == "AWS_PROFILE names gone, which is neither in /h/.aws/credentials nor in /h/.aws/config")
        #expect(self.refusal(["AWS_WEB_IDENTITY_TOKEN_FILE": "/t"]).contains("AWS_WEB_IDENTITY_TOKEN_FILE"))
    }
}

"""A token issuer: RSA keys for tests, JSON Web Tokens signed with them (RFC 7515, RFC 8017 section 8.2.1), and a server of key sets."""

import base64
import hashlib
import http.server
import json
import threading
import time

EXPONENT = 65537
# 2,048 bits each, made with "openssl genrsa" for these tests: modulus, private exponent.
KEYS = {
    "first": (
        int(
            "b48bd3a3b6f7135eb80088b3a88c4c4bcbee7321c72038c39e854dc4f5db706ce649ab609b74baeb6bb08c09cef3ad989c1af5cfc25b4f"
            "75a861441495421d83ec8e847985e55580654f10029c75d12473fa1ee2fa8ede268b83ec59eb02d21dcae756dc5b0c038ec5821e914fbf"
            "f290c079c0481e725e15c28808416c6569cd5b7200275c9b004662abe10864931923f422582a7d193b857e93ea3c783977de72b5d0dbee"
            "d8971c7617f1125ddd15ab68b9e0293fdba7f6e9ce2956875eb9535711674e44af8de556810a60199869207d4ea647c06264b0ca42aa82"
            "afc6ead6166a17fd02d5c6e7754a3689b108014ca264044fbc2941fc56e8f79c3b702c23",
            16,
        ),
        int(
            "407f9d5d64ad32a5c95d2378ef3323c486378ab8dbeeb668a7f65e58892e5a250545f72bdd8d5f835fe6e3b8534ef94ac625d97fdda28a"
            "29f1bbc1bb0ab16262f13cdeb59d305711b5df7f4c3781dd73c4dceb70d1eafd10cf11937b71fa017f342fddf77dad368e281ffa749605"
            "700de73cf784ac1fd65db6afab275826889b82d56fc5cb61ae68feefd05e065f73db702c03f00964374031c9b198db534ac38e0282a2cd"
            "3f12f93d801b7b2a7f72d4bcafb3a589b5f1d17f74a37d4b356fea9b820f5d5d287ff957e523452268cfdbbdfed577e579081bd0d5e494"
            "c85cfd7baf8c7b9033c09d4b6d23da33c81b4e2f0810b5660ec93c9f8f1345de1ca877d9",
            16,
        ),
    ),
    "second": (
        int(
            "a6db3eb3e81a7c2ef85e1950968765d312cd4548df2bfe347ce1b79bd45ddc4ba5c97bd7a68bc724ae5b4bcaae03d57860259ccb163793"
            "4e1c37efc098c26e14c3f34604640b1cbb7a71272a44e2fc47013bce301fb04b1f712e4b942c8f49188b6a620f51877a8effee3b12f8fa"
            "1f21c009197a6c27fd3ce47e3c4d70ba5f97cd788eb84b330e59436de419e1db626c71751e124d7fb37dab58b713cfd71c125388579e34"
            "6295dc07c3f6b7024de2cada9b3647f9934a1fd3a99f81efb78a3a29a3dbdf25cf308694b87e83e4653b2e18c5eb608f6e54eed0516c3f"
            "e437462228703ddbf88ac2f2241b6dd6741afa08f9e414cc76c1659c220f4236ede1b195",
            16,
        ),
        int(
            "39191856983bf7f85ad058a400899f894b607dda7759a69e6f886391d515097dc43889433d4ae2803aea2300334191f0a4cb8f8c2fb374"
            "efc082f91854835f08317088ffecfc4b28c762fbf40afeb735d51b9218b06a08f5b42abe279bd801e629a48df49001bc7ee835adcc2047"
            "4cbffa91cd40dcccbd169eafa9686c05b0656e44737355e2ec65962de936b0a34285f008f06ade3e458fae2957767c2e66a588b79aab46"
            "ac16bd67a625dcb3fcdc1b46fdffe366f2138b05150e946dfa160ae2b16c85811e19dcb8128d9deb344f7056a51f160b577be20f5bebc0"
            "d5de133860cdc4d54456fb3ba5aca5a562bdbc1ec2082b09884707be1767ed242504e15",
            16,
        ),
    ),
}
# DigestInfo before the digest (RFC 8017 section 9.2, note 1).
PREFIXES = {
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims, key="first", algorithm="RS256", named=None):
    """A signed token; `named` is the key id it says, if another than the key's."""
    modulus, private = KEYS[key]
    header = {"alg": algorithm, "typ": "JWT", "kid": named or key}
    text = f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"
    name = "sha" + algorithm[2:]
    digest = bytes.fromhex(PREFIXES[name]) + hashlib.new(name, text.encode()).digest()
    padded = b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest
    return f"{text}.{encode(pow(int.from_bytes(padded, 'big'), private, modulus).to_bytes(256, 'big'))}"


def unsigned(claims):
    header = {"alg": "none", "typ": "JWT", "kid": "first"}
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}."


def claims(issuer, **more):
    now = int(time.time())
    return {"iss": issuer, "aud": "app", "sub": "me", "iat": now - 5, "exp": now + 600, "scope": "read", **more}


def key_set(*names):
    return {
        "keys": [
            {
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": name,
                "n": encode(KEYS[name][0].to_bytes(256, "big")), "e": encode(EXPONENT.to_bytes(3, "big")),
            }
            for name in names
        ]
    }  # fmt: skip


class Issuer:
    """Serves its configuration and its present keys; over TLS with a context for it."""

    def __init__(self, *names, tls=None):
        self.names = names
        self.asked = 0
        # Bytes that a key set has besides its keys.
        self.padding = 0
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/pool/.well-known/openid-configuration":
                    document = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
                elif self.path == "/pool/keys":
                    issuer.asked += 1
                    document = {**key_set(*issuer.names), "x": "x" * issuer.padding}
                else:
                    return self.send_error(404)
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}/pool"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

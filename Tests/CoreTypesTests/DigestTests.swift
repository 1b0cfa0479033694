import CoreTypes
import Testing

@Suite("Digests")
struct DigestTests {
    /// RFC 1321, appendix A.5; the last two are md5sum's for 119 and 64 letters a.
    @Test(
        "MD5",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
            (String(repeating: "a", count: 119), "8a7bd0732ed6a28ce75f6dabc90e1613"),
            (String(repeating: "a", count: 64), "014842d480b571495a4a0363793f7367"),
        ])
    func md5(text: String, digest: String) { #expect(MD5.digest(of: Array(text.utf8)).description == digest) }

    /// FIPS 180-4 examples (NIST, "SHA-256 examples"); the last is sha256sum's for 119 letters a.
    @Test(
        "SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (String(repeating: "a", count: 119), "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
        ])
    func sha256(text: String, digest: String) { #expect(SHA256.hexadecimal(of: Array(text.utf8)) == digest) }
}

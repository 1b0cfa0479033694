import APIGateway
import CoreTypes
import Testing

@testable import HTTPEndpoints

/// Key and tokens made with PyCA cryptography 48.0.0: `private_key.sign` with PKCS1v15, and with PSS of the digest's length.
struct KeySetTests {
    private static let modulus =
        "9Mn_clZqKghLevOgePZNQ23_0JKdM1XqT1AxMDyFIw3P2fkAUXT6_2q6j0fnmzftLe7kBvMFQabl8RUcnlUH2XJEFr7DmuUGplU4"
        + "-9iisMSboUck83QwpYclnasWCp0P3RDlO9vdQh0rib3cl2L1mdLKBFJDA1Gara9O_CFjE45D4LMn2zPG_pxVMPPo0ZRONr8mAaJi"
        + "35AKFQIFg1O2yqjvVj_v1ZDFc7tklLgp4OpC63GzvM44igyyE-WIf9HS2lKbqPyP7l6yhBx1ftXFUWTxPZNEkgXoDBCAB3j0Z1_n"
        + "BF8eeAmVqN0wO0syfTEJfNr08jVF47xiQU0FCz5xYw"

    private static func document(
        id: String = "k", algorithm: String? = nil, use: String? = "sig", kind: String = "RSA", modulus: String = Self.modulus
    ) -> JSON {
        var key: JSONObject = ["kty": .string(kind), "kid": .string(id), "n": .string(modulus), "e": "AQAB"]
        if let algorithm { key["alg"] = .string(algorithm) }
        if let use { key["use"] = .string(use) }
        return ["keys": [.object(key)]]
    }

    static let tokens: [(algorithm: String, text: String)] = [
        (
            "RS256",
            "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImsifQ.eyJzdWIiOiJtZSJ9.sivrhLhfKNOqyTeRhGoua6MxfplmI8OM_pqXfNk-cI6A"
                + "KRNLMn5z8MeebTGq_WVumLkUlRhcIMU_9CL_DBbl6QBz7Ot1nbbPVtu4iNGjePhiKGUFtJLQEpAW6GVI5fR95zeqJK0YF_XOcr-G"
                + "Wrss9rzSdAwI3HXDjQQlJAz-1TFEj7Law7HuR4pz-FClL3D8TX9KRSjYA6mb7VjyxqQQCCuehW_RCvSY5esZhK2ytOl-K0dk1W-P"
                + "1qwUQMOX2Ry_nNffeJTTVJTieYL-ZP_HcGMLklJub540jVDenBkbeaTRPQEiUV8EmkiCmGJZfiheO70-X4igxI8TF990WV0sdA"
        ),
        (
            "RS384",
            "eyJhbGciOiAiUlMzODQiLCAia2lkIjogImsifQ.eyJzdWIiOiJtZSJ9.jC3dBW9xnPLtTHf12k2YVpMug_km4v3iMqlydGTM00Rg"
                + "NPTykMcQP-x0DW3nS99TFYS5K5cqe25eovVHIn6nCwFloBbPAe57ldexaEpQdNuii_p2l2OVz3sSa0mUpgVJMB0X5Ifjj6QW23Oa"
                + "qbnuju7g6OOx6ST8IZxveWbWX4o_zyKtamNBdoLHgEb1FNt3c74DwnDyImEI7v5UOWrD9wgN3OnMrY1gCdtWTkKMtUn9PW66AjwV"
                + "Vh9ADrQP1BqvAlP-gKSRuveUFN9fb0y7dCELrdGwub_rJ5Z0W8rQ9Hyi2AIHmZWgKzTr7-iM4sG4k8jeViz8DMBFllM_x329zg"
        ),
        (
            "RS512",
            "eyJhbGciOiAiUlM1MTIiLCAia2lkIjogImsifQ.eyJzdWIiOiJtZSJ9.Cu-GwhjX0bgsmkEKUuM2lL9X032M539O1jj4k9GJWY8i"
                + "7yE5zRgVq40mW7K7WEEWuQ8YzZVRHfjRBAfnruik-Q_9-Ex20RErhtGQCEcfFQntRLynKkdiYRpWR9GPZvQWK6DvC9xVo9glkvia"
                + "8S-Kat8kfNvYLl1h7H8EWgSY6wMPJQkaVv5Kd2TLD3an9eLRo5yZdcKAJvte6TIWtAH4Vt9uhhy2Ldlu1moV1F5mSQrt8mew-nfN"
                + "IBnX4hs8v8SnI7I57SDYZfwb21bSQBsR2tiqRUD7UX1AuUXfMJDwtK8yTY0j37HCfLRLEcPvV8wiVt9wKDRHBxTbdfGkGiKA5g"
        ),
        (
            "PS256",
            "eyJhbGciOiAiUFMyNTYiLCAia2lkIjogImsifQ.eyJzdWIiOiJtZSJ9.CA0SCsI_ddb7Q5AXfSXUqzLevPrxVVne5iGYwPCQn_Rq"
                + "-c_b1y4OoaPv_1dJcfJzue3TJ4sUQg29_NplbnfMVkGDSW0Hz47dUdq6RSCNAKNuVfMVzgMDwdfNmcjGoSQPfX70l0Nq8OUWviCj"
                + "L9m6x0CRjSjgFygSVg77suZ8Gq29aYSqUz_HIOiH5Ku7tdjwsuxcpIoziHnqY3gs4920kwdUBIXEQDEzZUVf49VBd6N0P3bFUfhc"
                + "Do3hQbSFTZD-CHK1q5Kt0TNqOPKOvmfWrBI2kmq6HfwjePr4PyswDq34ZXMGgne3sMW1V_2SMMA5dGb-F1bwwhQ1cNSLTlvElw"
        ),
        (
            "PS384",
            "eyJhbGciOiAiUFMzODQiLCAia2lkIjogImsifQ.eyJzdWIiOiJtZSJ9.Unhz7CVBi7kCS7WT_R6M0QizE5B1h4LLkwWjxAZv8ogk"
                + "zYN9Ls7A5AGiGwEFfiwz1c6gg1qkfVBa9_NPczWG8HCZjS2EiS8mV2SNmnVl67591Elha1_9i9rBSJmnqKy2chaQftrIz68XNc_7"
                + "k_DJJxoazFsl1O4ESVKYbVXylEq5MTol7-T4SvIeb3clJ5CO67oBhA87irJmcQw5PSW70DmPT0u5mlV97rA348i2rvxiluDVzLUa"
                + "JwLdo7_UPx-TIEiAO_pQcAfGuCzsVYJXfFIkDmmZBOO_y-F-Gb0EhOR0h4wm69mycZFt8zc8lfCwqG7_MfkokDa3u-e5TUyBGA"
        ),
        (
            "PS512",
            "eyJhbGciOiAiUFM1MTIiLCAia2lkIjogImsifQ.eyJzdWIiOiJtZSJ9.YpbvL6ORbDK2eseQYZsYUa7Vy-SbRRjM6ljOJF_i_agQ"
                + "TVBEzjLyI6wmS5i1mcyxt4vWLhEaIBwH_nyj2AZC5dwr5TAoEhccs65aOsfqtFUxNkD1JVLsPzU_A_kzb956nKmg0DrMa7A285qy"
                + "y7MUYa-0cFkGXwp3zdVHN2k676xs9Emo2-N2ZhrAhfi7yAWoWWMlKkaEw87BDm7rCFisEXXML2EnrwtHxobyP64-zDwWvGA-5bgE"
                + "A0gy1oDRnhRJVgBWrStOPfgMOP_hKugi8VyGBXkuaQuWRmTyz_0tjzvG4sprz9tRcnrZcAJCa1DmAruXWrPjNKeSdlxHYrSrxQ"
        ),
    ]

    @Test(arguments: Self.tokens) func aTokenOfTheKeyIsGood(_ algorithm: String, _ text: String) throws {
        let token = try #require(UnverifiedToken(text))
        #expect(token.algorithm == algorithm)
        #expect(try #require(KeySet(Self.document())).signed(token))
        #expect(try #require(KeySet(Self.document(algorithm: algorithm, use: nil))).signed(token))
    }

    @Test(arguments: Self.tokens) func aChangedTokenIsNot(_ algorithm: String, _ text: String) throws {
        let keys = try #require(KeySet(Self.document()))
        let parts = text.split(separator: ".")
        // {"sub":"you"}
        let claims = try #require(UnverifiedToken("\(parts[0]).eyJzdWIiOiJ5b3UifQ.\(parts[2])"))
        #expect(!keys.signed(claims))
        let flipped = parts[2].first == "A" ? "B" : "A"
        #expect(!keys.signed(try #require(UnverifiedToken("\(parts[0]).\(parts[1]).\(flipped)\(parts[2].dropFirst())"))))
        #expect(!keys.signed(try #require(UnverifiedToken("\(parts[0]).\(parts[1])."))))
        // {"alg":"none","kid":"k"} and {"alg":"HS256","kid":"k"}
        for header in ["eyJhbGciOiJub25lIiwia2lkIjoiayJ9", "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ"] {
            #expect(!keys.signed(try #require(UnverifiedToken("\(header).\(parts[1]).\(parts[2])"))))
        }
    }

    @Test func anotherKeyOrAnotherUseIsNotTaken() throws {
        let token = try #require(UnverifiedToken(Self.tokens[0].text))
        for document in [
            Self.document(id: "other"), Self.document(algorithm: "RS512"), Self.document(use: "enc"), Self.document(kind: "EC"),
            // 1,024 bits are too few.
            Self.document(
                modulus:
                    "0Ezqe0kGQEG66gDbhMDCZZJJ-a7cI1a8miNP_6xBpgAKw0tUAPk-aht6pC6VA_8aZTSP8g4-lihmVnmm3sWB_rDXfIgFHIXbAIHCgUXzP3xZVWW-pc430mRzI7r2QqKRLPinOARGLukVe6LyU8KZdj26c6G0-CFHqCXoJWm_jME"
            ),
            Self.document(modulus: ""), Self.document(modulus: "*"), ["keys": []], ["keys": [1, "a", [:]]],
        ] {
            #expect(try !#require(KeySet(document)).signed(token))
        }
    }

    @Test func whatIsNoKeySetIsNone() {
        for document: JSON in [.null, 1, [], ["keys": 1], [:]] { #expect(KeySet(document) == nil) }
    }
}

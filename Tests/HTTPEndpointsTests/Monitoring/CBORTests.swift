import CoreTypes
import Testing

@testable import HTTPEndpoints

@Suite struct CBORTests {
    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).map { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)!
        }
    }

    /// RFC 8949, appendix A, "Examples of Encoded CBOR Data Items".
    @Test(arguments: [
        ("00", "0"), ("17", "23"), ("1818", "24"), ("1903e8", "1000"), ("1a000f4240", "1000000"),
        ("1b000000e8d4a51000", "1000000000000"), ("20", "-1"), ("3903e7", "-1000"), ("f90000", "0"), ("f93c00", "1"),
        ("f93e00", "1.5"), ("f97bff", "65504"), ("fa47c35000", "100000"), ("fb3ff199999999999a", "1.1"),
        ("f90001", "5.960464477539063e-08"), ("f9c400", "-4"), ("fbc010666666666666", "-4.1"), ("f4", "false"), ("f5", "true"),
        ("f6", "null"), ("c11a514b67b0", "1363896240"), ("c1fb41d452d9ec200000", "1363896240.5"), ("4401020304", #""AQIDBA==""#),
        ("60", #""""#), ("6449455446", #""IETF""#), ("62c3bc", #""ü""#), ("80", "[]"), ("83010203", "[1,2,3]"),
        ("8301820203820405", "[1,[2,3],[4,5]]"), ("a0", "{}"), ("a26161016162820203", #"{"a":1,"b":[2,3]}"#),
        ("7f657374726561646d696e67ff", #""streaming""#), ("9fff", "[]"), ("9f018202039f0405ffff", "[1,[2,3],[4,5]]"),
        ("bf61610161629f0203ffff", #"{"a":1,"b":[2,3]}"#),
    ])
    func valuesOfTheStandardAreRead(hex: String, expected: String) throws {
        #expect(try CBORReader.read(self.bytes(hex)) == JSON(parsing: expected))
    }

    @Test(arguments: [
        "", "18", "61", "82", "8301", "a1", "a101f5", "ff", "1c", "fc", "f97c00", "0000", "5f61ff", "1bff", "9f",
        String(repeating: "81", count: 100) + "00",
    ])
    func whatIsNoCBORIsRefused(hex: String) {
        #expect(throws: CBORReader.Fault.self) { try CBORReader.read(self.bytes(hex)) }
    }

    @Test func timesCarryTheirTagAndNumbersAreDoubles() throws {
        let value: JSON = ["Timestamps": [1_363_896_240], "Values": [(1.5).json], "Label": "x"]
        // a3, "Timestamps" [tag 1, double], "Values" [double], "Label" "x".
        let expected =
            "a3" + "6a54696d657374616d7073" + "81" + "c1" + "fb41d452d9ec000000" + "6656616c756573" + "81" + "fb3ff8000000000000"
            + "654c6162656c" + "6178"
        #expect(CBORWriter.write(value, times: ["Timestamps"]) == self.bytes(expected))
    }

    @Test func longTextsAndListsComeBack() throws {
        let value: JSON = [
            "text": .string(String(repeating: "가", count: 30_000)), "list": .array(Array(repeating: true, count: 300)),
        ]
        #expect(try CBORReader.read(CBORWriter.write(value, times: [])) == value)
    }
}

extension Double {
    fileprivate var json: JSON { .number(JSONNumber(self)) }
}

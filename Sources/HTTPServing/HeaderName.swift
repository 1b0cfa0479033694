/// Header names compare without case; `name` is lower-case ASCII.
package func equal(_ text: String, _ name: StaticString) -> Bool {
    var index = 0
    for byte in text.utf8 {
        guard byte | 0x20 == name.utf8Start[index] || byte == name.utf8Start[index] else { return false }
        index += 1
    }
    return true
}

import Foundation

/// The links of a Markdown file that lead to files or headings of this repository. Links to the web are not followed: tests
/// need no network.
enum MarkdownLinks {
    /// Links that lead nowhere. `exists` and `text` answer for paths from the top; `text` is `nil` for what is no Markdown.
    static func broken(
        in file: TextFile, exists: (String) -> Bool, text: (String) -> String?
    ) -> [Violation] {
        self.links(in: file).compactMap { link in
            let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let path = parts[0].isEmpty ? file.path : self.resolved(parts[0], from: file.path)
            guard let path, exists(path) else {
                return Violation(path: file.path, line: link.line, message: "the link \(link.target) leads to no file")
            }
            guard parts.count == 2, path.hasSuffix(".md") else { return nil }
            guard let target = path == file.path ? file.text : text(path), self.anchors(in: target).contains(parts[1]) else {
                return Violation(path: file.path, line: link.line, message: "the link \(link.target) leads to no heading")
            }
            return nil
        }
    }

    /// Targets of `[text](target)` and `[name]: target` outside code, without those of the web.
    static func links(in file: TextFile) -> [(target: String, line: Int)] {
        var links: [(String, Int)] = []
        for (line, content) in self.prose(of: file.text) {
            let withoutCode = content.replacing(/`[^`]*`/, with: "")
            let inline = withoutCode.matches(of: /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/).map { String($0.output.1) }
            let defined = withoutCode.matches(of: /^\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)/).map { String($0.output.1) }
            for target in inline + defined where target.firstMatch(of: /^[a-zA-Z][a-zA-Z0-9+.-]*:/) == nil {
                links.append((target.removingPercentEncoding ?? target, line))
            }
        }
        return links
    }

    /// The names under which GitHub offers the headings of a text; a heading that comes again gets `-1`, `-2`.
    static func anchors(in text: String) -> Set<String> {
        var seen: [String: Int] = [:]
        var anchors: Set<String> = []
        for (_, line) in self.prose(of: text) {
            guard let heading = line.wholeMatch(of: /#{1,6}\s+(.*?)\s*#*\s*/)?.output.1 else { continue }
            let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
            let anchor = kept.replacing(" ", with: "-")
            let count = seen[anchor, default: 0]
            seen[anchor] = count + 1
            anchors.insert(count == 0 ? anchor : "\(anchor)-\(count)")
        }
        return anchors
    }

    /// Lines outside fenced code, with their numbers.
    private static func prose(of text: String) -> [(line: Int, content: Substring)] {
        var fence: String?
        var prose: [(Int, Substring)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let start = line.drop { $0 == " " }
            if let open = fence {
                if start.hasPrefix(open) { fence = nil }
            } else if let mark = ["```", "~~~"].first(where: { start.hasPrefix($0) }) {
                fence = mark
            } else {
                prose.append((index + 1, line))
            }
        }
        return prose
    }

    /// The path from the top that a relative link means; `nil` when it leaves the repository.
    private static func resolved(_ link: String, from file: String) -> String? {
        var folders = link.hasPrefix("/") ? [] : file.split(separator: "/").dropLast().map(String.init)
        for part in link.split(separator: "/") {
            switch part {
            case ".": continue
            case "..":
                if folders.popLast() == nil { return nil }
            default: folders.append(String(part))
            }
        }
        return folders.joined(separator: "/")
    }
}

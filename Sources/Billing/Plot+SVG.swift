extension Plot {
    /// A drawing of 800 × 480 that stands by itself and follows the reader's light or dark scheme.
    package var svg: String {
        let frame = #"x="\#(Self.left)" y="\#(Self.top)" width="\#(Self.right - Self.left)" height="\#(Self.bottom - Self.top)""#
        let parts = [
            #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 480" font-family="system-ui, sans-serif" font-size="13">"#,
            "<title>\(Self.escaped(self.title))</title>",
            "<style>svg{--paper:#fff;background:var(--paper);color:#222}"
                + "@media(prefers-color-scheme:dark){svg{--paper:#181818;color:#ddd}}text{fill:currentColor}"
                + ".axis{stroke:currentColor;opacity:.25}.line{fill:none;stroke-width:2}"
                + ".mark{stroke:var(--paper);stroke-width:4;paint-order:stroke}</style>",
            #"<clipPath id="frame"><rect \#(frame)/></clipPath>"#,
            #"<text x="\#(Self.left)" y="22">\#(Self.escaped(self.title))</text>"#,
        ]
        return (parts + self.axes + self.curves + self.points + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private static let (left, right, top, bottom) = (70.0, 770.0, 40.0, 410.0)

    private func x(_ value: Double) -> Double { Self.left + value / self.maximumX * (Self.right - Self.left) }
    private func y(_ value: Double) -> Double { Self.bottom - value / self.maximumY * (Self.bottom - Self.top) }

    private var axes: [String] {
        let costs = Self.ticks(upTo: self.maximumY).flatMap { tick in
            let place = self.y(tick)
            return [
                Self.line("axis", x: (Self.left, Self.right), y: (place, place)),
                Self.text(Self.short(tick), x: Self.left - 8, y: place + 4, anchor: "end"),
            ]
        }
        let requests = Self.ticks(upTo: self.maximumX).flatMap { tick in
            let place = self.x(tick)
            return [
                Self.line("axis", x: (place, place), y: (Self.bottom, Self.bottom + 5)),
                Self.text(Self.requestsText(tick), x: place, y: Self.bottom + 19, anchor: "middle"),
            ]
        }
        return costs + requests
    }

    /// The lines, which end where they leave the plot, and their names.
    private var curves: [String] {
        self.lines.enumerated().flatMap { index, line in
            let color = Self.colors[index % Self.colors.count]
            let points = line.points.map { point in
                "\(Self.number(self.x(point.x))),\(Self.number(self.y(min(point.y, self.maximumY * Self.drawnHeights))))"
            }
            let name = Self.text(line.name, x: Self.left + Double(index) * 118, y: 460, anchor: "start", color: color)
            return [
                #"<polyline class="line" clip-path="url(#frame)" stroke="\#(color)" points="\#(points.joined(separator: " "))"/>"#,
                name,
            ]
        }
    }

    /// How many times its height a line may leave the plot by: a drawing's numbers have their bounds.
    private static let drawnHeights = 100.0

    /// Where lines cross.
    private var points: [String] {
        self.marks.flatMap { mark in
            let (markX, markY) = (self.x(mark.point.x), self.y(mark.point.y))
            let place = #"cx="\#(Self.number(markX))" cy="\#(Self.number(markY))""#
            return [
                #"<circle \#(place) r="4" fill="currentColor"><title>\#(Self.escaped(mark.label))</title></circle>"#,
                Self.text(Self.requestsText(mark.point.x), x: markX + 7, y: markY + 14, anchor: "start", mark: true),
            ]
        }
    }

    /// Told apart by people who don't see red and green as different (Okabe and Ito, "Color Universal Design").
    private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

    // MARK: Elements

    private static func line(_ name: String, x: (Double, Double), y: (Double, Double)) -> String {
        #"<line class="\#(name)" x1="\#(self.number(x.0))" x2="\#(self.number(x.1))" y1="\#(self.number(y.0))" y2="\#(self.number(y.1))"/>"#
    }

    private static func text(
        _ text: String, x: Double, y: Double, anchor: String, color: String? = nil, mark: Bool = false
    ) -> String {
        let place = #"x="\#(self.number(x))" y="\#(self.number(y))" text-anchor="\#(anchor)""#
        let look = (color.map { #" style="fill:\#($0)""# } ?? "") + (mark ? #" class="mark""# : "")
        return "<text \(place)\(look)>\(self.escaped(text))</text>"
    }

    private static func number(_ value: Double) -> String {
        DecimalText.text(Int128((value * 10).rounded()), scale: 1, minimumFraction: 0)
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }
}

/// The parameters of a method request, or those of an integration request. Names keep the casing they came with and are
/// compared exactly; values are decoded.
package struct RequestParameters: Hashable, Sendable {
    package var path: ValueLists
    package var querystring: ValueLists
    package var header: ValueLists

    package init(path: ValueLists = ValueLists(), querystring: ValueLists = ValueLists(), header: ValueLists = ValueLists()) {
        self.path = path
        self.querystring = querystring
        self.header = header
    }
}

extension ValueLists {
    /// Names with their values, as they are: a name that stands twice gets the values of both.
    package init(_ pairs: some Sequence<(String, [String])>) {
        self.init()
        for (name, values) in pairs {
            for value in values { self.append(name: name, value: value, ignoringCase: false) }
        }
    }

    /// The last value of a name, which is what single-valued expressions and `$input.params()` see.
    package func last(_ name: String) -> String? { self[name]?.last }
}

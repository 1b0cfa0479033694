/// The `Globals` section of SAM (api-gateway facts, section 12.3): values that all resources of a kind share.
struct GlobalsReader {
    let evaluation: Evaluation

    func read(_ section: TemplateNode?) -> [String: TemplateMap] {
        guard let section else { return [:] }
        guard let members = section.map else {
            self.evaluation.error("Globals is a map of sections; this is \(section.kind).", at: section.location, path: "Globals")
            return [:]
        }
        var globals: [String: TemplateMap] = [:]
        for entry in members.entries {
            let path = "Globals/\(entry.name)"
            guard PropertyTable.globalSections.contains(entry.name) else {
                self.evaluation.error(
                    "Globals has no section \(entry.name). Must be one of the following values - \(PropertyTable.globalSections.joined(separator: ", "))."
                        + Suggestion.sentence(for: entry.name, among: PropertyTable.globalSections), at: entry.location,
                    path: path)
                continue
            }
            guard let properties = entry.value.map else {
                if case .null = entry.value.value { continue }
                self.evaluation.error(
                    "\(entry.name) is a map of properties; this is \(entry.value.kind).", at: entry.location, path: path)
                continue
            }
            guard let allowed = PropertyTable.globals(entry.name) else {
                self.evaluation.notice(
                    "Resources of this kind are not emulated; the section has no effect.", at: entry.location, path: path)
                continue
            }
            for property in properties.entries where !allowed.contains(property.name) {
                self.evaluation.error(
                    "'\(property.name)' is not a supported property of the Globals section."
                        + Suggestion.sentence(for: property.name, among: allowed)
                        + " Must be one of the following values - \(allowed.sorted().joined(separator: ", ")).",
                    at: property.location, path: "\(path)/\(property.name)")
            }
            globals[entry.name] = TemplateMap(properties.entries.filter { allowed.contains($0.name) })
        }
        return globals
    }

    /// Scalars and intrinsic functions: the resource wins. Maps merge at every depth. Lists: those of Globals come first.
    static func merge(_ global: TemplateMap, under own: TemplateMap) -> TemplateMap {
        var merged = TemplateMap()
        for entry in global.entries {
            guard let local = own.entry(entry.name) else {
                merged.set(entry)
                continue
            }
            var result = local
            if let globalMap = entry.value.map, entry.value.intrinsic == nil, let localMap = local.value.map,
                local.value.intrinsic == nil
            {
                result.value = TemplateNode(.map(self.merge(globalMap, under: localMap)), at: local.value.location)
            } else if let globalList = entry.value.list, let localList = local.value.list {
                result.value = TemplateNode(.list(globalList + localList), at: local.value.location)
            }
            merged.set(result)
        }
        for entry in own.entries where global.entry(entry.name) == nil { merged.set(entry) }
        return merged
    }

    /// The globals that a resource takes: without those that its `IgnoreGlobals` names, none with `"*"`.
    static func applicable(_ globals: TemplateMap, ignoring ignored: TemplateNode?) -> TemplateMap {
        guard let ignored else { return globals }
        if ignored.text == "*" { return TemplateMap() }
        let names = Set(ignored.list?.compactMap(\.text) ?? ignored.text.map { [$0] } ?? [])
        return TemplateMap(globals.entries.filter { !names.contains($0.name) })
    }
}

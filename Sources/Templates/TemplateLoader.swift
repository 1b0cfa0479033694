/// Reads a template, as AWS SAM and CloudFormation write it, into a deployment.
package enum TemplateLoader {
    /// - Parameter path: Of the template, absolute or from the current folder.
    package static func load(path: String, options: TemplateOptions = TemplateOptions()) throws(TemplateError) -> Deployment {
        let absolute = FilePath.absolute(path, from: TemplateFiles.currentFolder)
        return try self.load(
            text: TemplateFiles.read(path), file: path, folder: FilePath.folder(of: absolute), options: options)
    }

    /// - Parameters:
    ///   - file: The name for error messages.
    ///   - folder: Absolute; local paths of the template start here.
    package static func load(
        text: String, file: String = "template.yaml", folder: String = "/", options: TemplateOptions = TemplateOptions(),
        files: TemplateFiles = .disk
    ) throws(TemplateError) -> Deployment {
        let root = try TemplateParser.parse(text, file: file)
        let evaluation = Evaluation(options: options, files: files, file: file, folder: folder)
        var deployment = Deployment()
        if TemplateSections(evaluation: evaluation, root: root).read() {
            deployment = ResourceReader(evaluation: evaluation).read()
        }
        try evaluation.diagnostics.throwIfAny()
        deployment.gatewayPlaces = evaluation.gatewayPlaces
        return deployment
    }
}

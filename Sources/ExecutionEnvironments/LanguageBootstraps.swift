/// The runtimes of interpreted languages, carried in the binary and written to disk by the host.
package enum LanguageBootstraps {
    package static var files: [(name: String, bytes: [UInt8])] {
        [
            ("python_bootstrap.py", PackageResources.python_bootstrap_py),
            ("nodejs_bootstrap.mjs", PackageResources.nodejs_bootstrap_mjs),
        ]
    }
}

// swift-tools-version: 6.2
import PackageDescription

// Two towers, arrows one way: a module imports only what its line lists (Scripts/check enforces it).
// Layer 5 the command; 4 projects; 3 pipelines and local models; 2, 1, 0 what they stand on.

/// Every module is checked for data races and for memory safety; an unsafe expression that is not
/// marked as such does not compile.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], more: [SwiftSetting] = [],
  resources: [Resource]? = nil
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: resources, swiftSettings: settings + more)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], excluding: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
    exclude: excluding,
    resources: [.copy("Fixtures")],
    swiftSettings: settings)
}

let package = Package(
  name: "selfinstruct",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "selfinstruct", targets: ["selfinstruct"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    // What its errors are; it brings them along.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ],
  targets: [
    // Layer 5: the command.
    .executableTarget(
      name: "selfinstruct",
      dependencies: [
        "Projects", "Reporting", "Improvement", "Bootstrapping", "Evaluation", "LocalModels",
        "Training", "Prompts", "Filtering", "HTTPModels", "Transformer", "TaskCorpus",
        "TextMetrics", "LanguageModels", "Tokenization", "TensorFiles", "Kernels", "Storage",
        "Randomness",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Layer 4: what a user's folder holds.
    module(
      "Projects",
      [
        "Bootstrapping", "Evaluation", "Training", "Prompts", "Filtering", "Transformer",
        "TaskCorpus", "TextMetrics", "LanguageModels", "Storage",
      ]),

    // Also layer 4: what is told of a corpus to others.
    module(
      "Reporting",
      [
        "Improvement", "Bootstrapping", "Evaluation", "Training", "Filtering", "TaskCorpus",
        "TextMetrics", "Storage", "Randomness",
      ]),

    // Below them: rounds that train, which need both towers.
    module(
      "Improvement",
      [
        "Bootstrapping", "Evaluation", "LocalModels", "Training", "TaskCorpus", "TextMetrics",
        "LanguageModels", "Kernels", "Storage", "Randomness",
      ]),

    // Layer 3: the pipelines on the data side, models of our own on the numeric side.
    module("Evaluation", ["TaskCorpus", "TextMetrics", "Storage", "Randomness"]),
    module(
      "Bootstrapping",
      [
        "Prompts", "Filtering", "TaskCorpus", "TextMetrics", "LanguageModels", "Storage",
        "Randomness",
      ]),
    module(
      "LocalModels",
      [
        "Transformer", "LanguageModels", "Tokenization", "TensorFiles", "Kernels", "Storage",
        "Randomness",
      ]),

    module(
      "Training",
      [
        "Transformer", "TaskCorpus", "Tokenization", "TensorFiles", "Kernels", "Storage",
        "Randomness",
      ]),

    // Layer 2.
    module("Prompts", ["TaskCorpus", "LanguageModels", "Storage"]),
    module("Filtering", ["TaskCorpus", "TextMetrics", "Storage"]),
    module(
      "HTTPModels",
      [
        "LanguageModels", "Storage", "Randomness",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    module("Transformer", ["TensorFiles", "Kernels", "Storage"]),

    // Layer 1.
    module("TaskCorpus", ["Storage"]),
    module("TextMetrics"),
    module("LanguageModels", ["Randomness"]),
    module("Tokenization", ["Storage"]),
    module("TensorFiles", ["Storage"]),

    // Layer 0.
    module("Storage"),
    module("Randomness"),
    module("Kernels", ["CKernels"], more: [.enableExperimentalFeature("Lifetimes")]),
    .target(
      name: "CKernels", dependencies: ["COneDNN"], linkerSettings: [.linkedLibrary("dnnl")]),
    // No pkgConfig: Debian ships no .pc file for it.
    .systemLibrary(
      name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),

    // Tests.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
      name: "TestSupportTests", dependencies: ["TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    tests(of: "Storage"),
    tests(of: "Randomness"),
    tests(of: "Kernels", ["Randomness"]),
    tests(of: "TextMetrics"),
    tests(of: "TaskCorpus", ["Storage"]),
    tests(of: "LanguageModels", ["Randomness"]),
    tests(of: "Tokenization", ["Storage"]),
    tests(of: "TensorFiles", ["Storage"]),
    tests(of: "Transformer", ["TensorFiles", "Kernels", "Storage", "Randomness"]),
    tests(
      of: "Training",
      [
        "Transformer", "TaskCorpus", "Tokenization", "TensorFiles", "Kernels", "Storage",
        "Randomness",
      ]),
    tests(of: "Prompts", ["TaskCorpus", "LanguageModels", "Storage"]),
    tests(of: "Filtering", ["TaskCorpus", "TextMetrics", "Storage"]),
    tests(of: "HTTPModels", ["LanguageModels", "Storage", "Randomness"]),
    tests(
      of: "LocalModels",
      [
        "Transformer", "LanguageModels", "Tokenization", "TensorFiles", "Kernels", "Storage",
        "Randomness",
      ]),
    tests(
      of: "Bootstrapping",
      [
        "Prompts", "Filtering", "TaskCorpus", "TextMetrics", "LanguageModels", "Storage",
        "Randomness",
      ]),
    tests(
      of: "Evaluation", ["TaskCorpus", "TextMetrics", "Storage", "Randomness"]),
    tests(
      of: "Improvement",
      [
        "Bootstrapping", "Evaluation", "LocalModels", "Training", "Prompts", "Filtering",
        "LanguageModels", "TaskCorpus", "TextMetrics", "TensorFiles", "Kernels", "Storage",
        "Randomness",
      ]),
    tests(of: "Projects", ["Bootstrapping", "Training", "TaskCorpus", "Storage"]),
    tests(
      of: "Reporting",
      [
        "Improvement", "Bootstrapping", "Evaluation", "Filtering", "Training", "TaskCorpus",
        "Storage",
      ],
      excluding: ["Snapshots"]),
    .testTarget(
      name: "CommandTests", dependencies: ["selfinstruct", "Storage", "TestSupport"],
      exclude: ["Snapshots"], resources: [.copy("Fixtures")], swiftSettings: settings),
  ],
  cLanguageStandard: .c17
)

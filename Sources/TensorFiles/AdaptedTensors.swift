/// A model's tensors with low-rank updates added as they are read (see `AdapterDirectory`).
struct AdaptedTensors: TensorSource {
  /// What is added to one matrix.
  struct Update: Sendable {
    /// The names of A and B in the adapter's file.
    let down, up: String
    let rank: Int
    let scale: Double
  }

  let base: any TensorSource
  let adapter: SafetensorsFile
  /// By the matrix's name in the base model.
  let updates: [String: Update]
  /// Tensors that the adapter has whole, by their names in the base model.
  let replaced: [String: String]

  var path: String { base.path }

  func path(of name: String) -> String {
    updates[name] != nil || replaced[name] != nil ? adapter.path : base.path(of: name)
  }

  var tensorNames: [String] { base.tensorNames }

  func contains(_ name: String) -> Bool { base.contains(name) }

  func shape(of name: String) throws -> [Int] {
    try replaced[name].map(adapter.shape) ?? base.shape(of: name)
  }

  func floats(of name: String) throws -> [Float] {
    let whole = try replaced[name].map(adapter.floats) ?? base.floats(of: name)
    guard let update = updates[name] else { return whole }
    let down = try adapter.floats(of: update.down)
    let up = try adapter.floats(of: update.up)
    return Self.add(whole, update, down, up)
  }

  /// weight[o, i] + scale sum_k up[o, k] down[k, i], the sum taken first.
  private static func add(
    _ whole: [Float], _ update: Update, _ down: [Float], _ up: [Float]
  ) -> [Float] {
    let (rank, columns) = (update.rank, down.count / update.rank)
    let scale = Float(update.scale)
    var sums = [Float](repeating: 0, count: columns)
    var result = whole
    for row in 0..<whole.count / max(columns, 1) {
      for column in 0..<columns { sums[column] = 0 }
      for k in 0..<rank {
        let factor = up[row * rank + k]
        for column in 0..<columns { sums[column] += factor * down[k * columns + column] }
      }
      for column in 0..<columns { result[row * columns + column] += scale * sums[column] }
    }
    return result
  }
}

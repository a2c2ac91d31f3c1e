import Kernels
import Synchronization

/// One way through a decoder and back, over whole documents.
///
/// The forward half keeps what the backward half needs; everything is cut into tiles of rows, heads of
/// documents and rows of weights, which depend on the shapes alone, so the bits do not depend on
/// threads.
package struct TrainingPass: Sendable {
  let weights: TrainableWeights
  let adapter: LowRankAdapter?
  let masters: SharedBuffer<Float>
  let weightGradients: SharedBuffer<Float>
  let configuration: DecoderConfiguration
  let precision: Precision
  let attention: DocumentAttention
  let pool: WorkerPool<TrainingWorker>
  private let rotary: RotaryTable
  let memory = TrainingMemory()

  /// - Parameters:
  ///   - adapter: Made for the weights, which are then frozen; nil for the weights alone.
  ///   - pool: Its threads do the work; made by `TrainingWorker.pool`.
  package init(
    _ weights: TrainableWeights, _ adapter: LowRankAdapter? = nil,
    pool: WorkerPool<TrainingWorker>
  ) {
    precondition(
      adapter == nil || !weights.isTrained,
      "training: weights with an adapter have gradients; expected frozen ones")
    let c = weights.configuration
    self.weights = weights
    self.adapter = adapter
    masters = weights.masters
    weightGradients = weights.gradients
    self.pool = pool
    configuration = c
    precision = weights.precision
    rotary = RotaryTable(c)
    attention = DocumentAttention(
      heads: c.heads, keyHeads: c.keyHeads, headSize: c.headSize,
      scale: 1 / Float(c.headSize).squareRoot())
  }

  /// The log-probabilities of a batch's targets, in nats and in their order; with `addsGradients`
  /// the gradients of the weights, or else of the adapter, are added to.
  /// - Throws: `KernelError` when memory is missing or a product fails.
  package func run(
    _ batch: TrainingBatch, addsGradients: Bool
  ) throws(KernelError) -> [Double] {
    guard !batch.tokens.isEmpty else { return [] }
    let rows = TrainingRows(batch, configuration, rotary, drops: addsGradients)
    let kept = memory.activations(
      rows: batch.tokens.count, configuration, adapter, precision, keepsLayers: addsGradients)
    embed(batch.tokens, into: kept.stream(0))
    for layer in weights.layers.indices { try forward(layer, rows, kept) }
    clear(kept.streamGradient)
    let logProbabilities = try readOut(batch.targets, kept, addsGradients: addsGradients)
    guard addsGradients else { return logProbabilities }
    for layer in weights.layers.indices.reversed() { try backward(layer, rows, kept) }
    if weights.isTrained { addEmbeddingGradient(batch.tokens, kept.streamGradient) }
    return logProbabilities
  }

  private func clear(_ buffer: SharedBuffer<Float>) {
    var numbers = buffer.mutableSpan(in: 0..<buffer.count)
    for index in numbers.indices { numbers[index] = 0 }
  }

  // MARK: Forward

  private func embed(_ tokens: [Int32], into stream: SharedBuffer<Float>) {
    let channels = configuration.channels
    let table = masters.span.extracting(weights.layout.embedding)
    var operand = Buffer<UInt8>(zeros: channels * precision.bytes)
    for (row, token) in tokens.enumerated() {
      precondition(
        0..<configuration.vocabulary ~= Int(token),
        "embedding: token is \(token); expected 0 ..< \(configuration.vocabulary)")
      // As the model that runs will read it: rounded to the precision of its operands.
      var bytes = operand.mutableBytes(in: 0..<operand.count)
      narrow(
        table.extracting(Int(token) * channels..<(Int(token) + 1) * channels), as: precision,
        into: &bytes)
      var target = stream.mutableSpan(in: row * channels..<(row + 1) * channels)
      widen(operand.bytes(in: 0..<operand.count), as: precision, into: &target)
    }
  }

  private func forward(
    _ number: Int, _ rows: TrainingRows, _ kept: TrainingActivations
  ) throws(KernelError) {
    let layer = weights.layers[number]
    let place = weights.layout.layers[number]
    let (input, output) = (kept.stream(number), kept.stream(number + 1))
    let saved = kept.layer(number)
    let middle = saved.middle
    try forEachTile(kept) { tile, space throws(KernelError) in
      self.normalize(input, tile, by: place.attentionNorm, into: &space.operand)
      try layer.projection.multiply(
        space.operand.bytes(in: 0..<space.operand.count), into: tile, of: saved.projection,
        with: space.context)
      try self.addUpdate(.projection, number, tile, rows, kept, &space, to: saved.projection)
      for row in tile { self.turn(saved.projection, row, rows, backwards: false) }
    }
    try forEachHead(rows) { document, keyHead, space throws(KernelError) in
      space.reserve(self.attention.scratch(rows: document.count))
      self.attention.attend(
        document, keyHead: keyHead, projection: saved.projection, into: saved.attended,
        scratch: &space.scratch)
    }
    try forEachTile(kept) { tile, space throws(KernelError) in
      self.round(saved.attended, tile, self.queryWidth, into: &space.operand)
      try layer.attentionOutput.multiply(
        space.operand.bytes(in: 0..<space.operand.count), into: tile, of: middle,
        with: space.context)
      try self.addUpdate(.attentionOutput, number, tile, rows, kept, &space, to: middle)
      self.add(input, to: middle, tile)
      self.normalize(middle, tile, by: place.feedForwardNorm, into: &space.operand)
      try layer.gateUp.multiply(
        space.operand.bytes(in: 0..<space.operand.count), into: tile, of: saved.gateUp,
        with: space.context)
      try self.addUpdate(.gateUp, number, tile, rows, kept, &space, to: saved.gateUp)
      self.applyGate(saved.gateUp, tile, into: &space.operand)
      try layer.down.multiply(
        space.operand.bytes(in: 0..<space.operand.count), into: tile, of: output,
        with: space.context)
      try self.addUpdate(.down, number, tile, rows, kept, &space, to: output)
      self.add(middle, to: output, tile)
    }
  }

  // MARK: Parts

  /// Columns of all query heads.
  var queryWidth: Int { configuration.heads * configuration.headSize }

  /// Elements of some rows of a buffer with `columns` columns.
  func elements(_ rows: Range<Int>, _ columns: Int) -> Range<Int> {
    rows.lowerBound * columns..<rows.upperBound * columns
  }

  /// Normalizes rows of a stream into an operand.
  func normalize(
    _ stream: SharedBuffer<Float>, _ rows: Range<Int>, by norm: Range<Int>,
    into operand: inout Buffer<UInt8>
  ) {
    let channels = configuration.channels
    var bytes = operand.mutableBytes(in: 0..<rows.count * channels * precision.bytes)
    rmsNormalize(
      stream.span.extracting(elements(rows, channels)),
      weight: masters.span.extracting(norm), epsilon: configuration.epsilon, into: &bytes,
      as: precision)
  }

  /// Rounds rows of a buffer into an operand.
  func round(
    _ buffer: SharedBuffer<Float>, _ rows: Range<Int>, _ columns: Int,
    into operand: inout Buffer<UInt8>
  ) {
    var bytes = operand.mutableBytes(in: 0..<rows.count * columns * precision.bytes)
    narrow(buffer.span.extracting(elements(rows, columns)), as: precision, into: &bytes)
  }

  func applyGate(
    _ gateUp: SharedBuffer<Float>, _ rows: Range<Int>, into operand: inout Buffer<UInt8>
  ) {
    let hidden = configuration.hidden
    var bytes = operand.mutableBytes(in: 0..<rows.count * hidden * precision.bytes)
    gate(
      gateUp.span.extracting(elements(rows, 2 * hidden)), hidden: hidden, into: &bytes,
      as: precision)
  }

  /// Adds rows of a stream to those of another.
  func add(_ addend: SharedBuffer<Float>, to stream: SharedBuffer<Float>, _ rows: Range<Int>) {
    let range = elements(rows, configuration.channels)
    var target = stream.mutableSpan(in: range)
    Kernels.add(addend.span.extracting(range), to: &target)
  }

  /// Turns all query and key heads of a row by its position; backwards, the derivative.
  func turn(
    _ projection: SharedBuffer<Float>, _ row: Int, _ rows: TrainingRows, backwards: Bool
  ) {
    let c = configuration
    let start = row * c.projectionWidth
    var heads = projection.mutableSpan(in: start..<start + (c.heads + c.keyHeads) * c.headSize)
    let angles = rows.position(of: row) * c.headSize / 2
    let range = angles..<angles + c.headSize / 2
    rotate(
      &heads, cosines: rows.cosines.span.extracting(range),
      sines: (backwards ? rows.negativeSines : rows.sines).span.extracting(range))
  }

  // MARK: Sharing out

  /// Calls `body` for each tile of rows, on all threads.
  func forEachTile(
    _ kept: TrainingActivations,
    _ body: @escaping @Sendable (Range<Int>, inout TrainingSpace) throws(KernelError) -> Void
  ) throws(KernelError) {
    let rows = kept.rows
    try share(out: TrainingActivations.tiles(of: rows)) { tile, space throws(KernelError) in
      try body(TrainingActivations.tile(tile, of: rows), &space)
    }
  }

  /// Calls `body` for each key head of each document, the longest documents first.
  func forEachHead(
    _ rows: TrainingRows,
    _ body: @escaping @Sendable (Range<Int>, Int, inout TrainingSpace) throws(KernelError) -> Void
  ) throws(KernelError) {
    let keyHeads = configuration.keyHeads
    let documents = rows.longestFirst
    try share(out: documents.count * keyHeads) { piece, space throws(KernelError) in
      try body(documents[piece / keyHeads], piece % keyHeads, &space)
    }
  }

  /// Calls `body` once for each piece, on all threads.
  /// - Throws: One of the errors, if there were any.
  func share(
    out pieces: Int,
    _ body: @escaping @Sendable (Int, inout TrainingSpace) throws(KernelError) -> Void
  ) throws(KernelError) {
    let failure = Mutex<KernelError?>(nil)
    pool.run(pieces) { piece, state in
      do throws(KernelError) {
        try state.use { space throws(KernelError) in try body(piece, &space) }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// The memory of a pass, kept from batch to batch: it is large, and fresh pages take time.
final class TrainingMemory: Sendable {
  private let kept = Mutex<TrainingActivations?>(nil)
  private let keptChunks = Mutex<[Bool: LogitChunk]>([:])

  /// Logits of some targets; those with gradients and those without are different ones.
  func chunk(
    _ c: DecoderConfiguration, _ precision: Precision, addsGradients: Bool
  ) -> LogitChunk {
    keptChunks.withLock { chunks in
      if let kept = chunks[addsGradients] { return kept }
      let made = LogitChunk(c, precision, addsGradients: addsGradients)
      chunks[addsGradients] = made
      return made
    }
  }

  func activations(
    rows: Int, _ c: DecoderConfiguration, _ adapter: LowRankAdapter?, _ precision: Precision,
    keepsLayers: Bool
  ) -> TrainingActivations {
    kept.withLock { kept in
      if let reused = kept?.reused(rows: rows, keepsLayers: keepsLayers) { return reused }
      // What is too small goes before what is larger comes.
      kept = nil
      let made = TrainingActivations(
        rows: rows, c, adapter, precision, keepsLayers: keepsLayers)
      kept = made
      return made
    }
  }
}

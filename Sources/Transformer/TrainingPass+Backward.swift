import Kernels

extension TrainingPass {
  /// Goes back through a layer: adds to the gradients of its weights, and turns the derivative by the
  /// stream after it into that before it.
  func backward(
    _ number: Int, _ rows: TrainingRows, _ kept: TrainingActivations
  ) throws(KernelError) {
    guard let gradients = kept.gradients else { return }
    try backwardThroughFeedForward(number, rows, kept, gradients)
    try backwardThroughAttention(number, rows, kept, gradients)
  }

  private func backwardThroughFeedForward(
    _ number: Int, _ rows: TrainingRows, _ kept: TrainingActivations,
    _ gradients: TrainingGradients
  ) throws(KernelError) {
    let layer = weights.layers[number]
    let place = weights.layout.layers[number]
    let saved = kept.layer(number)
    let c = configuration
    try forEachTile(kept) { tile, space throws(KernelError) in
      self.round(kept.streamGradient, tile, c.channels, into: gradients.update)
      try layer.downAcross.multiply(
        gradients.update.bytes(in: self.operands(of: tile, c.channels)), into: 0..<tile.count,
        of: space.rows, with: space.context)
      self.applyGate(saved.gateUp, tile, into: &space.operand)
      self.pack(space, tile, in: gradients.hidden)
      try self.addUpdateBackward(
        .down, number, tile, rows, kept, &space, outputGradient: gradients.update,
        input: gradients.hidden, to: space.rows, from: 0)
      self.applyGateBackward(saved.gateUp, tile, space.rows, into: gradients.gateUp)
      self.normalize(saved.middle, tile, by: place.feedForwardNorm, into: &space.operand)
      self.pack(space, tile, in: gradients.normalized)
      try layer.gateUpAcross.multiply(
        gradients.gateUp.bytes(in: self.operands(of: tile, 2 * c.hidden)), into: 0..<tile.count,
        of: space.rows, with: space.context)
      try self.addUpdateBackward(
        .gateUp, number, tile, rows, kept, &space, outputGradient: gradients.gateUp,
        input: gradients.normalized, to: space.rows, from: 0)
      self.normalizeBackward(
        saved.middle, tile, by: place.feedForwardNorm, space.rows, kept, gradients)
    }
    try addUpdateGradients(
      .down, number, kept, outputGradient: gradients.update, input: gradients.hidden)
    try addUpdateGradients(
      .gateUp, number, kept, outputGradient: gradients.gateUp, input: gradients.normalized)
    guard weights.isTrained else { return }
    addNormGradient(place.feedForwardNorm, kept, gradients)
    try addGradient(
      of: place.down, c.channels, gradients.hidden, gradients.update, rows: kept.rows)
    try addGradient(
      of: place.gateUp, 2 * c.hidden, gradients.normalized, gradients.gateUp, rows: kept.rows)
  }

  private func backwardThroughAttention(
    _ number: Int, _ rows: TrainingRows, _ kept: TrainingActivations,
    _ gradients: TrainingGradients
  ) throws(KernelError) {
    let layer = weights.layers[number]
    let place = weights.layout.layers[number]
    let saved = kept.layer(number)
    let input = kept.stream(number)
    let c = configuration
    try forEachTile(kept) { tile, space throws(KernelError) in
      self.round(kept.streamGradient, tile, c.channels, into: gradients.update)
      try layer.attentionOutputAcross.multiply(
        gradients.update.bytes(in: self.operands(of: tile, c.channels)), into: tile,
        of: gradients.attended, with: space.context)
      self.round(saved.attended, tile, self.queryWidth, into: &space.operand)
      self.pack(space, tile, in: gradients.attendedRows)
      try self.addUpdateBackward(
        .attentionOutput, number, tile, rows, kept, &space, outputGradient: gradients.update,
        input: gradients.attendedRows, to: gradients.attended, from: tile.lowerBound)
    }
    try forEachHead(rows) { document, keyHead, space throws(KernelError) in
      space.reserve(self.attention.scratch(rows: document.count))
      self.attention.attendBackward(
        document, keyHead: keyHead, projection: saved.projection,
        outputGradient: gradients.attended, into: gradients.projection, scratch: &space.scratch)
    }
    try forEachTile(kept) { tile, space throws(KernelError) in
      for row in tile { self.turn(gradients.projection, row, rows, backwards: true) }
      self.round(
        gradients.projection, tile, c.projectionWidth, into: gradients.projectionOperand)
      self.normalize(input, tile, by: place.attentionNorm, into: &space.operand)
      self.pack(space, tile, in: gradients.normalized)
      try layer.projectionAcross.multiply(
        gradients.projectionOperand.bytes(in: self.operands(of: tile, c.projectionWidth)),
        into: 0..<tile.count, of: space.rows, with: space.context)
      try self.addUpdateBackward(
        .projection, number, tile, rows, kept, &space,
        outputGradient: gradients.projectionOperand, input: gradients.normalized,
        to: space.rows, from: 0)
      self.normalizeBackward(
        input, tile, by: place.attentionNorm, space.rows, kept, gradients)
    }
    try addUpdateGradients(
      .attentionOutput, number, kept, outputGradient: gradients.update,
      input: gradients.attendedRows)
    try addUpdateGradients(
      .projection, number, kept, outputGradient: gradients.projectionOperand,
      input: gradients.normalized)
    guard weights.isTrained else { return }
    addNormGradient(place.attentionNorm, kept, gradients)
    try addGradient(
      of: place.attentionOutput, c.channels, gradients.attendedRows, gradients.update,
      rows: kept.rows)
    try addGradient(
      of: place.projection, c.projectionWidth, gradients.normalized,
      gradients.projectionOperand, rows: kept.rows)
  }

  /// Adds the derivative by the stream's first rows to the embedding's gradient.
  func addEmbeddingGradient(_ tokens: [Int32], _ streamGradient: SharedBuffer<Float>) {
    let channels = configuration.channels
    let first = weights.layout.embedding.lowerBound
    for (row, token) in tokens.enumerated() {
      let start = first + Int(token) * channels
      var target = weightGradients.mutableSpan(in: start..<start + channels)
      Kernels.add(
        streamGradient.span.extracting(row * channels..<(row + 1) * channels), to: &target)
    }
  }

  // MARK: Parts

  /// Rounds rows into a buffer of operands.
  private func round(
    _ buffer: SharedBuffer<Float>, _ tile: Range<Int>, _ columns: Int,
    into operands: SharedBuffer<UInt8>
  ) {
    let range = elements(tile, columns)
    var bytes = operands.mutableBytes(
      in: range.lowerBound * precision.bytes..<range.upperBound * precision.bytes)
    narrow(buffer.span.extracting(range), as: precision, into: &bytes)
  }

  /// The bytes of a tile's operands, and of the rows after it that make it a whole one.
  func operands(of tile: Range<Int>, _ columns: Int) -> Range<Int> {
    let rowBytes = columns * precision.bytes
    let start = tile.lowerBound * rowBytes
    return start..<start + TrainingActivations.tileRows * rowBytes
  }

  /// Keeps what went into a product of the weights; of frozen ones only an adapter's is wanted.
  private func pack(_ space: borrowing TrainingSpace, _ tile: Range<Int>, in rows: PackedRows) {
    guard weights.isTrained else { return }
    rows.pack(
      space.operand.bytes(in: 0..<space.operand.count), rows: tile.count,
      part: tile.lowerBound / TrainingActivations.tileRows)
  }

  private func applyGateBackward(
    _ gateUp: SharedBuffer<Float>, _ tile: Range<Int>, _ gradient: SharedBuffer<Float>,
    into operands: SharedBuffer<UInt8>
  ) {
    let hidden = configuration.hidden
    let range = elements(tile, 2 * hidden)
    var bytes = operands.mutableBytes(
      in: range.lowerBound * precision.bytes..<range.upperBound * precision.bytes)
    gateBackward(
      gateUp.span.extracting(range), hidden: hidden,
      gradient: gradient.span.extracting(0..<tile.count * hidden), into: &bytes, as: precision)
  }

  private func normalizeBackward(
    _ stream: SharedBuffer<Float>, _ tile: Range<Int>, by norm: Range<Int>,
    _ gradient: SharedBuffer<Float>, _ kept: TrainingActivations, _ gradients: TrainingGradients
  ) {
    let channels = configuration.channels
    let range = elements(tile, channels)
    let number = tile.lowerBound / TrainingActivations.tileRows
    var target = kept.streamGradient.mutableSpan(in: range)
    var sums = gradients.norms.mutableSpan(in: number * channels..<(number + 1) * channels)
    for index in sums.indices { sums[index] = 0 }
    rmsNormalizeBackward(
      stream.span.extracting(range), weight: masters.span.extracting(norm),
      epsilon: configuration.epsilon,
      gradient: gradient.span.extracting(0..<tile.count * channels), into: &target,
      weightGradient: &sums)
  }

  /// Adds up the tiles' parts of a norm's gradient, in their order.
  private func addNormGradient(
    _ norm: Range<Int>, _ kept: TrainingActivations, _ gradients: TrainingGradients
  ) {
    let channels = configuration.channels
    var target = weightGradients.mutableSpan(in: norm)
    for tile in 0..<TrainingActivations.tiles(of: kept.rows) {
      Kernels.add(
        gradients.norms.span.extracting(tile * channels..<(tile + 1) * channels), to: &target)
    }
  }

  /// Adds the gradient of one product's weights.
  func addGradient(
    of range: Range<Int>, _ outputs: Int, _ input: PackedRows, _ gradient: SharedBuffer<UInt8>,
    rows: Int
  ) throws(KernelError) {
    try addGradient(
      to: weightGradients, from: range.lowerBound, outputs, input, gradient, rows: rows)
  }

  /// Adds a gradient to sums from an element on.
  ///
  /// - Parameter size: Outputs that one thread adds at once: their sums stay in its cache.
  func addGradient(
    to sums: SharedBuffer<Float>, from start: Int, _ outputs: Int, _ input: PackedRows,
    _ gradient: SharedBuffer<UInt8>, rows: Int, outputsAtOnce size: Int = 112
  ) throws(KernelError) {
    try share(out: (outputs + size - 1) / size) { piece, space throws(KernelError) in
      try input.addGradient(
        piece * size..<min((piece + 1) * size, outputs), of: outputs, gradient: gradient.bytes,
        rows: rows, to: sums, from: start, with: space.context)
    }
  }
}

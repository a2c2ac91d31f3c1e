import Kernels

extension TrainingPass {
  /// Targets whose logits are there at once.
  private static let targetsAtOnce = TrainingActivations.tileRows
  /// Of them those that one thread makes at once.
  private static let targetsOfAPiece = 64

  /// The log-probabilities of all targets; adds the derivative by the last stream, and by the
  /// weights that are read here, if gradients are wanted.
  ///
  /// Targets that are only looked at are read by themselves: nothing goes back from them.
  func readOut(
    _ targets: [TrainingBatch.Target], _ kept: TrainingActivations, addsGradients: Bool
  ) throws(KernelError) -> [Double] {
    var logProbabilities = [Double](repeating: 0, count: targets.count)
    for isLearnt in [true, false] {
      let places = targets.indices.filter { (targets[$0].coefficient != 0) == isLearnt }
      let found = try readOut(
        alike: places.map { targets[$0] }, kept, addsGradients: addsGradients && isLearnt)
      for (place, value) in zip(places, found) { logProbabilities[place] = value }
    }
    return logProbabilities
  }

  private func readOut(
    alike targets: [TrainingBatch.Target], _ kept: TrainingActivations, addsGradients: Bool
  ) throws(KernelError) -> [Double] {
    if targets.isEmpty { return [] }
    let found = SharedBuffer<Double>(zeros: targets.count)
    let chunk = memory.chunk(configuration, precision, addsGradients: addsGradients)
    for first in stride(from: 0, to: targets.count, by: Self.targetsAtOnce) {
      let range = first..<min(first + Self.targetsAtOnce, targets.count)
      let pieces = (range.count + Self.targetsOfAPiece - 1) / Self.targetsOfAPiece
      try share(out: pieces) { piece, space throws(KernelError) in
        let start = first + piece * Self.targetsOfAPiece
        let part = start..<min(start + Self.targetsOfAPiece, range.upperBound)
        try self.score(part, of: targets, from: first, kept, chunk, found, &space)
      }
      if addsGradients, weights.isTrained {
        try addOutputGradient(targets: range.count, pieces, chunk)
      }
    }
    let values = found.span
    return values.indices.map { values[$0] }
  }

  /// - Parameter first: The chunk's first target.
  private func score(
    _ part: Range<Int>, of targets: [TrainingBatch.Target], from first: Int,
    _ kept: TrainingActivations, _ chunk: LogitChunk, _ found: SharedBuffer<Double>,
    _ space: inout TrainingSpace
  ) throws(KernelError) {
    let c = configuration
    let stream = kept.stream(c.layers)
    let rows = part.lowerBound - first..<part.upperBound - first
    for index in part {
      let row = targets[index].row
      let place = elements(index - first..<index - first + 1, c.channels * precision.bytes)
      var bytes = chunk.normalized.mutableBytes(in: place)
      rmsNormalize(
        stream.span.extracting(elements(row..<row + 1, c.channels)),
        weight: masters.span.extracting(weights.layout.finalNorm), epsilon: c.epsilon,
        into: &bytes, as: precision)
    }
    try weights.output.multiply(
      chunk.normalized.bytes(in: chunk.operands(from: rows.lowerBound, c.channels)), into: rows,
      of: chunk.logits, with: space.context)
    for index in part {
      let target = targets[index]
      let place = elements(index - first..<index - first + 1, c.vocabulary)
      var logits = chunk.logits.mutableSpan(in: place)
      var result = found.mutableSpan(in: index..<index + 1)
      result[0] = takeLogProbability(
        of: Int(target.token), from: &logits,
        coefficient: chunk.gradient == nil ? nil : target.coefficient)
    }
    guard let gradient = chunk.gradient else { return }
    let numbers = elements(rows, c.vocabulary)
    var bytes = gradient.mutableBytes(
      in: numbers.lowerBound * precision.bytes..<numbers.upperBound * precision.bytes)
    narrow(chunk.logits.span.extracting(numbers), as: precision, into: &bytes)
    try weights.outputAcross.multiply(
      gradient.bytes(in: chunk.operands(from: rows.lowerBound, c.vocabulary)),
      into: 0..<rows.count, of: space.rows, with: space.context)
    normalizeBackward(part, of: targets, kept, chunk, part: rows.lowerBound, space.rows)
  }

  private func normalizeBackward(
    _ part: Range<Int>, of targets: [TrainingBatch.Target], _ kept: TrainingActivations,
    _ chunk: LogitChunk, part row: Int, _ gradient: SharedBuffer<Float>
  ) {
    let c = configuration
    let stream = kept.stream(c.layers)
    let number = row / Self.targetsOfAPiece
    var sums = chunk.norms.mutableSpan(in: elements(number..<number + 1, c.channels))
    for index in sums.indices { sums[index] = 0 }
    for (offset, target) in targets[part].enumerated() {
      let place = elements(target.row..<target.row + 1, c.channels)
      var streamGradient = kept.streamGradient.mutableSpan(in: place)
      rmsNormalizeBackward(
        stream.span.extracting(place),
        weight: masters.span.extracting(weights.layout.finalNorm), epsilon: c.epsilon,
        gradient: gradient.span.extracting(elements(offset..<offset + 1, c.channels)),
        into: &streamGradient, weightGradient: &sums)
    }
  }

  private func addOutputGradient(
    targets: Int, _ pieces: Int, _ chunk: LogitChunk
  ) throws(KernelError) {
    guard let gradient = chunk.gradient else { return }
    let c = configuration
    var norm = weightGradients.mutableSpan(in: weights.layout.finalNorm)
    for piece in 0..<pieces {
      Kernels.add(
        chunk.norms.span.extracting(elements(piece..<piece + 1, c.channels)), to: &norm)
    }
    chunk.packed.pack(chunk.normalized.bytes, rows: targets, part: 0)
    try addGradient(
      of: weights.layout.output, c.vocabulary, chunk.packed, gradient, rows: targets)
  }
}

/// Logits of some targets: the vocabulary is wide, so they are never there all at once.
struct LogitChunk: Sendable {
  /// What the output reads, as operands.
  let normalized: SharedBuffer<UInt8>
  let packed: PackedRows
  let logits: SharedBuffer<Float>
  /// By the logits, as operands; nil where no gradients are wanted.
  let gradient: SharedBuffer<UInt8>?
  /// The last norm's weight, one row a piece.
  let norms: SharedBuffer<Float>
  private let precision: Precision

  init(_ c: DecoderConfiguration, _ precision: Precision, addsGradients: Bool) {
    let rows = TrainingActivations.tileRows
    self.precision = precision
    normalized = SharedBuffer(zeros: rows * c.channels * precision.bytes)
    packed = PackedRows(rows: rows, columns: c.channels, precision: precision)
    logits = SharedBuffer(zeros: rows * c.vocabulary)
    gradient =
      addsGradients ? SharedBuffer(zeros: rows * c.vocabulary * precision.bytes) : nil
    norms = SharedBuffer(zeros: rows * c.channels)
  }

  /// The bytes of the operands from a row on.
  func operands(from row: Int, _ columns: Int) -> Range<Int> {
    let rowBytes = columns * precision.bytes
    return row * rowBytes..<TrainingActivations.tileRows * rowBytes
  }
}

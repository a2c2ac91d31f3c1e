import Kernels

/// One tile's way through the layers to the logits, as the members of a team go it.
///
/// Each block is two phases: the product that reads the normalized stream, and the one that adds to
/// the stream. Every member normalizes for itself: that costs less than a phase of its own would.
///
/// Behind the last layer's attention only rows whose logits are wanted go on: of the others nothing
/// but keys and values is of use to anybody.
package struct ForwardPass: Sendable {
  let weights: Weights
  let attentionScale: Float
  let rows: TileRows
  let store: KeyValueStore
  let activations: Activations
  let sharesLayers: Bool

  private var configuration: DecoderConfiguration { weights.configuration }
  private var precision: Precision { weights.precision }

  /// Goes through the tile, stores its keys and values, and hands over the wanted logits row by
  /// row.
  ///
  /// Every member of a team calls this once; the bits are the same.
  /// - Parameters:
  ///   - workspace: The calling thread's own.
  ///   - body: Called with the run's number, the offset in its tokens and `[vocabulary]` logits,
  ///     which it may change; for one run in order, for several by several members at once.
  /// - Throws: `KernelError` when a product fails; other members may then hand over anything.
  package func run(
    in workspace: inout Workspace, as member: inout TeamMember,
    logits body: (_ run: Int, _ offset: Int, _ row: inout MutableSpan<Float>) -> Void
  ) throws(KernelError) {
    guard rows.count > 0 else { return }
    if sharesLayers {
      try goThroughLayers(in: &workspace, as: &member)
    } else {
      if member.enter(), member.claim(of: 1) != nil {
        defer { member.finish(of: 1) }
        var alone = TeamMember(of: nil)
        try goThroughLayers(in: &workspace, as: &alone)
      }
      member.leave()
    }
    try readOut(in: &workspace, as: &member, body)
  }

  private func goThroughLayers(
    in workspace: inout Workspace, as member: inout TeamMember
  ) throws(KernelError) {
    embed(as: &member)
    for (number, layer) in weights.layers.enumerated() {
      try attention(layer, number, in: &workspace, as: &member)
      let isLast = number == weights.layers.count - 1
      if isLast { keepWanted(as: &member) }
      let count = isLast ? rows.wanted.count : rows.count
      if count == 0 { return }
      try attentionOutput(layer, count, in: &workspace, as: &member)
      try feedForward(layer, count, in: &workspace, as: &member)
    }
  }

  private func embed(as member: inout TeamMember) {
    let channels = configuration.channels
    inOnePiece(as: &member) {
      for (row, token) in rows.tokens.enumerated() {
        var target = activations.stream.mutableSpan(in: row * channels..<(row + 1) * channels)
        weights.embedding.copyRow(token, into: &target)
      }
    }
  }

  /// A phase that one member, whoever comes first, does for all.
  private func inOnePiece(as member: inout TeamMember, _ body: () -> Void) {
    if member.enter(), member.claim(of: 1) != nil {
      body()
      member.finish(of: 1)
    }
    member.leave()
  }

  /// Finds what the rows attend to; the product behind it is another step.
  private func attention(
    _ layer: Weights.Layer, _ number: Int, in workspace: inout Workspace,
    as member: inout TeamMember
  ) throws(KernelError) {
    try multiplyStream(
      by: layer.projection, rows.count, normalizedBy: layer.attentionNorm,
      into: activations.projection, in: &workspace, as: &member)
    attendHeads(number, as: &member)
  }

  /// Moves the rows whose logits are wanted to the front, in order.
  private func keepWanted(as member: inout TeamMember) {
    let channels = configuration.channels
    let attendedBytes = configuration.heads * configuration.headSize * precision.bytes
    inOnePiece(as: &member) {
      // They ascend, so none is written over before it is moved.
      for (place, wanted) in rows.wanted.enumerated() where place != wanted.row {
        activations.stream.copy(
          wanted.row * channels..<(wanted.row + 1) * channels, to: place * channels)
        activations.attended.copy(
          wanted.row * attendedBytes..<(wanted.row + 1) * attendedBytes, to: place * attendedBytes)
      }
    }
  }

  private func attentionOutput(
    _ layer: Weights.Layer, _ count: Int, in workspace: inout Workspace,
    as member: inout TeamMember
  ) throws(KernelError) {
    if member.enter() {
      try multiply(
        layer.attentionOutput, activations.attended.bytes, count, into: activations.update,
        with: workspace.context, as: &member, then: { addUpdate($0, count) })
    }
    member.leave()
  }

  private func feedForward(
    _ layer: Weights.Layer, _ count: Int, in workspace: inout Workspace,
    as member: inout TeamMember
  ) throws(KernelError) {
    try multiplyStream(
      by: layer.gateUp, count, normalizedBy: layer.feedForwardNorm, into: activations.gateUp,
      in: &workspace, as: &member)
    if member.enter() {
      applyGate(count, into: &workspace.operand)
      try multiply(
        layer.down, workspace.operand.bytes(in: 0..<workspace.operand.count), count,
        into: activations.update, with: workspace.context, as: &member,
        then: { addUpdate($0, count) })
    }
    member.leave()
  }

  /// Makes logits for the wanted rows, a few at a time so that the vocabulary stays affordable.
  private func readOut(
    in workspace: inout Workspace, as member: inout TeamMember,
    _ body: (Int, Int, inout MutableSpan<Float>) -> Void
  ) throws(KernelError) {
    let vocabulary = configuration.vocabulary
    for first in stride(from: 0, to: rows.wanted.count, by: Activations.logitRows) {
      let range = first..<min(first + Activations.logitRows, rows.wanted.count)
      if member.enter() {
        normalize(range, by: weights.finalNorm, into: &workspace.operand)
        try multiply(
          weights.output, workspace.operand.bytes(in: 0..<workspace.operand.count), range.count,
          into: activations.logits, with: workspace.context, as: &member)
      }
      member.leave()
      // A run is one piece: its logits go to one sequence, in order.
      let runs = rows.runs(ofWanted: range)
      if member.enter() {
        while let piece = member.claim(of: runs.count) {
          for index in runs[piece] {
            let start = (index - first) * vocabulary
            var logits = activations.logits.mutableSpan(in: start..<start + vocabulary)
            body(rows.wanted[index].run, rows.wanted[index].offset, &logits)
          }
          member.finish(of: runs.count)
        }
      }
      member.leave()
    }
  }

  // MARK: Parts

  /// The phase that multiplies the normalized stream.
  private func multiplyStream(
    by product: Product, _ count: Int, normalizedBy norm: [Float],
    into output: SharedBuffer<Float>, in workspace: inout Workspace, as member: inout TeamMember
  ) throws(KernelError) {
    if member.enter() {
      normalize(0..<count, by: norm, into: &workspace.operand)
      try multiply(
        product, workspace.operand.bytes(in: 0..<workspace.operand.count), count,
        into: output, with: workspace.context, as: &member)
    }
    member.leave()
  }

  /// Normalizes rows of the stream into the operand.
  private func normalize(
    _ range: Range<Int>, by weight: [Float], into operand: inout Buffer<UInt8>
  ) {
    let channels = configuration.channels
    var bytes = operand.mutableBytes(in: 0..<range.count * channels * precision.bytes)
    rmsNormalize(
      activations.stream.span.extracting(
        range.lowerBound * channels..<range.upperBound * channels),
      weight: weight.span, epsilon: configuration.epsilon, into: &bytes, as: precision)
  }

  private func applyGate(_ count: Int, into operand: inout Buffer<UInt8>) {
    let hidden = configuration.hidden
    var bytes = operand.mutableBytes(in: 0..<count * hidden * precision.bytes)
    gate(
      activations.gateUp.span.extracting(0..<count * 2 * hidden), hidden: hidden,
      into: &bytes, as: precision)
  }

  /// The pieces of a phase that multiplies: all columns at once alone, chunks of them in a team.
  /// - Parameter then: Called with the columns that were just written.
  private func multiply(
    _ product: Product, _ operand: RawSpan, _ rows: Int, into output: SharedBuffer<Float>,
    with context: ProductContext, as member: inout TeamMember,
    then: (Range<Int>) -> Void = { _ in }
  ) throws(KernelError) {
    let pieces = member.isAlone ? 1 : product.chunks
    try product.prepare(operand, rows: rows, with: context)
    while let piece = member.claim(of: pieces) {
      defer { member.finish(of: pieces) }
      let chunk = pieces == 1 ? nil : piece
      try product.multiplyPrepared(operand, rows: rows, chunk: chunk, into: output, with: context)
      then(pieces == 1 ? 0..<product.outputs : product.columns(of: piece))
    }
  }

  /// Adds columns of the update to the stream.
  private func addUpdate(_ columns: Range<Int>, _ count: Int) {
    let channels = configuration.channels
    for row in 0..<count {
      let range = row * channels + columns.lowerBound..<row * channels + columns.upperBound
      var target = activations.stream.mutableSpan(in: range)
      add(activations.update.span.extracting(range), to: &target)
    }
  }

  // MARK: Attention

  /// Stores keys and values and attends: alone one key head after the other for all rows, in a team
  /// also run by run.
  private func attendHeads(_ layer: Int, as member: inout TeamMember) {
    let keyHeads = configuration.keyHeads
    let parts = member.isAlone ? 1 : rows.runs.count
    let pieces = parts * keyHeads
    if member.enter() {
      while let piece = member.claim(of: pieces) {
        let part = piece / keyHeads
        let runs = parts == 1 ? 0..<rows.runs.count : part..<part + 1
        attend(runs, keyHead: piece % keyHeads, layer)
        member.finish(of: pieces)
      }
    }
    member.leave()
  }

  private func attend(_ runs: Range<Int>, keyHead: Int, _ layer: Int) {
    let c = configuration
    let range = rows.runs[runs.lowerBound].lowerBound..<rows.runs[runs.upperBound - 1].upperBound
    for row in range {
      turnAndStore(row, keyHead: keyHead, layer)
    }
    store.attend(
      range, of: rows.attention, queries: activations.projection.span,
      stride: c.projectionWidth, heads: c.heads, keyHead: keyHead, layer: layer,
      scale: attentionScale, into: activations.attended)
  }

  /// Turns one key head and its query heads by the row's position, and stores key and value.
  private func turnAndStore(_ row: Int, keyHead: Int, _ layer: Int) {
    let c = configuration
    let size = c.headSize
    let group = c.heads / c.keyHeads
    let base = row * c.projectionWidth
    let queries = base + keyHead * group * size..<base + (keyHead + 1) * group * size
    let keys = base + (c.heads + keyHead) * size..<base + (c.heads + keyHead + 1) * size
    let values = keys.lowerBound + c.keyHeads * size..<keys.upperBound + c.keyHeads * size
    let angles = row * size / 2..<(row + 1) * size / 2
    func turn(_ heads: Range<Int>) {
      var turned = activations.projection.mutableSpan(in: heads)
      rotate(
        &turned, cosines: rows.cosines.span.extracting(angles),
        sines: rows.sines.span.extracting(angles))
    }
    turn(queries)
    turn(keys)
    let place = rows.attention.place(of: row)
    store.store(
      keys: activations.projection.span.extracting(keys),
      values: activations.projection.span.extracting(values), page: place.page, slot: place.slot,
      layer: layer, keyHead: keyHead)
  }
}

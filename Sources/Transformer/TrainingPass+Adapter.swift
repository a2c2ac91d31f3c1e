import Kernels

// An adapter's part of each product, beside that of the weights.
extension TrainingPass {
  /// Adds an update's share to what a product made of a tile, and keeps what went between A and B.
  ///
  ///     low = scale A drop(x),   output += B low
  ///
  /// What the product read, `x`, stands in `space.operand`.
  func addUpdate(
    _ product: LayerProduct, _ number: Int, _ tile: Range<Int>, _ rows: TrainingRows,
    _ kept: TrainingActivations, _ space: inout TrainingSpace, to output: SharedBuffer<Float>
  ) throws(KernelError) {
    guard let adapter, let update = adapter.update(product, ofLayer: number),
      let low = kept.layer(number).low[product.rawValue]
    else { return }
    let own = space.lowRank(adapter, precision)
    let dropout = dropout(product, number, rows)
    if let dropout {
      drop(space.operand, update.inputs, dropout, tile, rows, into: own.dropped)
      try update.downProduct.multiply(
        own.dropped.bytes, into: 0..<tile.count, of: own.low, with: space.context)
    } else {
      try update.downProduct.multiply(
        space.operand.bytes(in: 0..<space.operand.count), into: 0..<tile.count, of: own.low,
        with: space.context)
    }
    let place = elements(tile, update.width)
    var bytes = low.mutableBytes(in: place.scaled(by: precision.bytes))
    narrow(
      own.low.span.extracting(0..<place.count), times: adapter.configuration.scale, as: precision,
      into: &bytes)
    try update.upProduct.multiply(
      low.bytes(in: operands(of: tile, update.width)), into: 0..<tile.count, of: own.outputs,
      with: space.context)
    let target = elements(tile, update.outputs)
    var sums = output.mutableSpan(in: target)
    Kernels.add(own.outputs.span.extracting(0..<target.count), to: &sums)
  }

  /// The way back: adds to the derivative by the input, and packs what the gradients of A and B are
  /// made of.
  ///
  ///     dlow = scale B^T dy,   dx += drop(A^T dlow)
  ///
  /// - Parameters:
  ///   - operand: As it went in; in `space.operand`.
  ///   - outputGradient: By the product's output, as operands.
  ///   - input: What the packed input goes to.
  ///   - inputGradient: Added to, from row `first` on.
  func addUpdateBackward(
    _ product: LayerProduct, _ number: Int, _ tile: Range<Int>, _ rows: TrainingRows,
    _ kept: TrainingActivations, _ space: inout TrainingSpace, outputGradient: SharedBuffer<UInt8>,
    input: PackedRows, to inputGradient: SharedBuffer<Float>, from first: Int
  ) throws(KernelError) {
    guard let adapter, let gradients = kept.gradients,
      let update = adapter.update(product, ofLayer: number),
      let low = kept.layer(number).low[product.rawValue],
      let packedLow = gradients.low[product.rawValue],
      let lowGradient = gradients.lowGradients[product.rawValue]
    else { return }
    let own = space.lowRank(adapter, precision)
    let part = tile.lowerBound / TrainingActivations.tileRows
    let dropout = dropout(product, number, rows)
    if let dropout {
      drop(space.operand, update.inputs, dropout, tile, rows, into: own.dropped)
      input.pack(own.dropped.bytes, rows: tile.count, part: part)
    } else {
      input.pack(
        space.operand.bytes(in: 0..<space.operand.count), rows: tile.count, part: part)
    }
    packedLow.pack(
      low.bytes(in: operands(of: tile, update.width)), rows: tile.count, part: part)
    try update.upAcross.multiply(
      outputGradient.bytes(in: operands(of: tile, update.outputs)), into: 0..<tile.count,
      of: own.low, with: space.context)
    let place = elements(tile, update.width)
    var bytes = lowGradient.mutableBytes(in: place.scaled(by: precision.bytes))
    narrow(
      own.low.span.extracting(0..<place.count), times: adapter.configuration.scale, as: precision,
      into: &bytes)
    try update.downAcross.multiply(
      lowGradient.bytes(in: operands(of: tile, update.width)), into: 0..<tile.count,
      of: own.inputs, with: space.context)
    let count = tile.count * update.inputs
    let start = first * update.inputs
    var sums = inputGradient.mutableSpan(in: start..<start + count)
    let addend = own.inputs.span.extracting(0..<count)
    guard let dropout else { return Kernels.add(addend, to: &sums) }
    dropout.addKept(addend, rows: tile.map(rows.key), to: &sums)
  }

  /// Adds the gradients of an update's A and B, after all tiles.
  func addUpdateGradients(
    _ product: LayerProduct, _ number: Int, _ kept: TrainingActivations,
    outputGradient: SharedBuffer<UInt8>, input: PackedRows
  ) throws(KernelError) {
    guard let adapter, let gradients = kept.gradients,
      let update = adapter.update(product, ofLayer: number),
      let packedLow = gradients.low[product.rawValue],
      let lowGradient = gradients.lowGradients[product.rawValue], let blocks = gradients.blocks
    else { return }
    var numbers = blocks.mutableSpan(in: 0..<update.outputs * update.width)
    for index in numbers.indices { numbers[index] = 0 }
    try addGradient(
      to: blocks, from: 0, update.outputs, packedLow, outputGradient, rows: kept.rows)
    update.addBlocks(of: blocks, to: adapter.gradients)
    try addGradient(
      to: adapter.gradients, from: update.down.lowerBound, update.width, input, lowGradient,
      rows: kept.rows, outputsAtOnce: 16)
  }

  // MARK: Parts

  /// An operand without what an update does not see in this step.
  private func drop(
    _ operand: borrowing Buffer<UInt8>, _ inputs: Int, _ dropout: Dropout, _ tile: Range<Int>,
    _ rows: TrainingRows, into dropped: SharedBuffer<UInt8>
  ) {
    let count = tile.count * inputs * precision.bytes
    var bytes = dropped.mutableBytes(in: 0..<count)
    dropout.copyKept(
      operand.bytes(in: 0..<count), rows: tile.map(rows.key), as: precision, into: &bytes)
  }

  /// What falls out of a product's input; nil for nothing.
  private func dropout(
    _ product: LayerProduct, _ number: Int, _ rows: TrainingRows
  ) -> Dropout? {
    guard let adapter, rows.drops, adapter.configuration.dropout > 0 else { return nil }
    return Dropout(
      share: adapter.configuration.dropout,
      tensor: number * LayerProduct.allCases.count + product.rawValue)
  }
}

extension Range<Int> {
  fileprivate func scaled(by factor: Int) -> Range<Int> {
    lowerBound * factor..<upperBound * factor
  }
}

import Kernels

/// Positions of a batch's rows and their rotary angles.
struct TrainingRows: Sendable {
  /// By position, `[position, headSize / 2]`.
  let cosines: [Float]
  let sines: [Float]
  /// For the way back: turning by the negative angle is the derivative of turning.
  let negativeSines: [Float]
  /// Documents, the longest first; of equal ones the earlier.
  let longestFirst: [Range<Int>]
  /// Whether dropout applies: while gradients are wanted.
  let drops: Bool
  private let positions: [Int]
  /// Of each row's document.
  private let keys: [UInt64]

  init(
    _ batch: TrainingBatch, _ configuration: DecoderConfiguration, _ rotary: RotaryTable,
    drops: Bool
  ) {
    self.drops = drops
    keys = zip(batch.documents, batch.keys).flatMap { rows, key in rows.map { _ in key } }
    positions = batch.documents.flatMap { Array(0..<$0.count) }
    let order = batch.documents.indices.sorted {
      (-batch.documents[$0].count, $0) < (-batch.documents[$1].count, $1)
    }
    longestFirst = order.map { batch.documents[$0] }.filter { !$0.isEmpty }
    var (cosines, sines): ([Float], [Float]) = ([], [])
    for position in 0..<(longestFirst.first?.count ?? 0) {
      rotary.append(position, cosines: &cosines, sines: &sines)
    }
    (self.cosines, self.sines) = (cosines, sines)
    negativeSines = sines.map { -$0 }
  }

  func position(of row: Int) -> Int { positions[row] }

  /// What dropout draws from for a row: its document's key and its position.
  func key(of row: Int) -> UInt64 {
    keys[row] &+ UInt64(positions[row]) &* 0x9e37_79b9_7f4a_7c15
  }
}

/// What the forward half of a pass keeps for the backward half, and what that works on.
struct TrainingActivations: Sendable {
  /// Rows of a tile; all but the last have as many.
  static let tileRows = PackedRows.partRows

  static func tiles(of rows: Int) -> Int { (rows + tileRows - 1) / tileRows }

  static func tile(_ number: Int, of rows: Int) -> Range<Int> {
    number * tileRows..<min((number + 1) * tileRows, rows)
  }

  /// What one layer keeps.
  struct Layer: Sendable {
    /// Queries and keys, turned, and values.
    let projection: SharedBuffer<Float>
    /// What attention found, `[rows, heads * headSize]`.
    let attended: SharedBuffer<Float>
    /// Gates and ups.
    let gateUp: SharedBuffer<Float>
    /// The stream between the two blocks.
    let middle: SharedBuffer<Float>
    /// What went between A and B of each product's update, as operands, `[rows, width]`.
    let low: [SharedBuffer<UInt8>?]
  }

  /// Of the batch.
  private(set) var rows: Int
  /// Rows that there is room for.
  private let held: Int
  private let layers: [Layer]
  /// The residual stream before each layer, and after the last.
  private let streams: [SharedBuffer<Float>]
  let gradients: TrainingGradients?
  /// The derivative by the stream.
  let streamGradient: SharedBuffer<Float>

  /// - Parameter keepsLayers: Whether the backward half follows; without, all layers share memory.
  init(
    rows: Int, _ c: DecoderConfiguration, _ adapter: LowRankAdapter?, _ precision: Precision,
    keepsLayers: Bool
  ) {
    self.rows = rows
    // Products write whole tiles.
    held = Self.tiles(of: rows) * Self.tileRows
    let held = held
    layers = (0..<(keepsLayers ? c.layers : 1)).map { _ in
      Layer(
        projection: SharedBuffer(zeros: held * c.projectionWidth),
        attended: SharedBuffer(zeros: held * c.heads * c.headSize),
        gateUp: SharedBuffer(zeros: held * 2 * c.hidden),
        middle: SharedBuffer(zeros: held * c.channels),
        low: LayerProduct.allCases.map { adapter?.lowRows(of: $0, held, precision) ?? nil })
    }
    streams = (0..<(keepsLayers ? c.layers + 1 : 2)).map { _ in
      SharedBuffer(zeros: held * c.channels)
    }
    gradients = keepsLayers ? TrainingGradients(rows: held, c, adapter, precision) : nil
    streamGradient = SharedBuffer(zeros: keepsLayers ? held * c.channels : 0)
  }

  /// The same memory for another batch; nil if there is too little.
  func reused(rows: Int, keepsLayers: Bool) -> TrainingActivations? {
    guard rows <= held, !keepsLayers || gradients != nil else { return nil }
    var other = self
    other.rows = rows
    return other
  }

  func layer(_ number: Int) -> Layer { layers[number % layers.count] }

  /// The stream before a layer; after the last one for the number of layers.
  func stream(_ number: Int) -> SharedBuffer<Float> { streams[number % streams.count] }
}

/// What the backward half works on, for one layer after the other.
struct TrainingGradients: Sendable {
  /// By what a block adds to the stream, as operands.
  let update: SharedBuffer<UInt8>
  /// By gates and ups, as operands.
  let gateUp: SharedBuffer<UInt8>
  /// By what attention found.
  let attended: SharedBuffer<Float>
  /// By the projection, and the same as operands.
  let projection: SharedBuffer<Float>
  let projectionOperand: SharedBuffer<UInt8>
  /// A norm's weight, one row a tile.
  let norms: SharedBuffer<Float>
  /// What went into products.
  let normalized, hidden, attendedRows: PackedRows
  /// What went between A and B of each product's update, and the derivative by it, as operands.
  let low: [PackedRows?]
  let lowGradients: [SharedBuffer<UInt8>?]
  /// The derivative by the B of one update, off the diagonal's blocks, too.
  let blocks: SharedBuffer<Float>?

  init(
    rows: Int, _ c: DecoderConfiguration, _ adapter: LowRankAdapter?, _ precision: Precision
  ) {
    let bytes = rows * precision.bytes
    let queries = c.heads * c.headSize
    update = SharedBuffer(zeros: bytes * c.channels)
    gateUp = SharedBuffer(zeros: bytes * 2 * c.hidden)
    attended = SharedBuffer(zeros: rows * queries)
    projection = SharedBuffer(zeros: rows * c.projectionWidth)
    projectionOperand = SharedBuffer(zeros: bytes * c.projectionWidth)
    norms = SharedBuffer(zeros: TrainingActivations.tiles(of: rows) * c.channels)
    normalized = PackedRows(rows: rows, columns: c.channels, precision: precision)
    hidden = PackedRows(rows: rows, columns: c.hidden, precision: precision)
    attendedRows = PackedRows(rows: rows, columns: queries, precision: precision)
    low = LayerProduct.allCases.map { product in
      guard let width = adapter?.width(of: product), width > 0 else { return nil }
      return PackedRows(rows: rows, columns: width, precision: precision)
    }
    lowGradients = LayerProduct.allCases.map { adapter?.lowRows(of: $0, rows, precision) ?? nil }
    blocks = adapter.map { SharedBuffer(zeros: $0.mostOutputs * $0.widest) }
  }
}

extension LowRankAdapter {
  /// Room for what goes between A and B of a product's update; nil where there is none.
  fileprivate func lowRows(
    of product: LayerProduct, _ rows: Int, _ precision: Precision
  ) -> SharedBuffer<UInt8>? {
    let width = width(of: product)
    return width == 0 ? nil : SharedBuffer(zeros: rows * width * precision.bytes)
  }
}

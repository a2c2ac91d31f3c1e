import CKernels
import Foundation

/// The keys and values of all sequences in flight, in pages of 64 positions.
///
/// One page holds one sequence's positions `64 b ..< 64 (b + 1)` at every layer. Pages are indices
/// into one slab; memory is touched, and so used, only where something was stored.
///
/// `@unchecked Sendable`: a page is written only by the worker whose tile or piece holds that part
/// of the sequence that owns it, and a page that several sequences share is only read.
@safe package final class KeyValueStore: @unchecked Sendable {
  /// Positions a page holds; attention works in blocks of as many.
  package static let pageSize = Int(SI_BLOCK)

  private let slab: UnsafeMutableRawPointer
  private let layerBytes: Int
  private let slabBytes: Int
  /// Pages in the slab.
  package let pageCount: Int
  /// Layers a page spans.
  package let layers: Int
  /// Heads of keys and of values.
  package let keyHeads: Int
  /// Channels of a head.
  package let headSize: Int
  /// What keys and values are rounded to.
  package let precision: Precision

  /// Pages that a sequence of so many positions needs.
  package static func pageCount(for positions: Int) -> Int {
    (positions + pageSize - 1) / pageSize
  }

  /// Bytes of one page.
  package static func pageBytes(
    layers: Int, keyHeads: Int, headSize: Int, precision: Precision
  ) -> Int {
    layers * Int(si_page_layer_bytes(Int64(keyHeads), Int64(headSize), precision.isBF16))
  }

  /// Reserves room for pages; the memory is taken as pages are used.
  /// - Throws: `KernelError.outOfMemory`.
  package init(
    pages: Int, layers: Int, keyHeads: Int, headSize: Int, precision: Precision
  ) throws(KernelError) {
    precondition(
      pages > 0 && layers > 0 && keyHeads > 0,
      "key-value store: \(pages) pages, \(layers) layers, \(keyHeads) heads; expected 1 or more")
    precondition(
      headSize % 16 == 0 && (16...256) ~= headSize,
      "key-value store: head size is \(headSize); expected a multiple of 16 up to 256")
    pageCount = pages
    self.layers = layers
    self.keyHeads = keyHeads
    self.headSize = headSize
    self.precision = precision
    layerBytes = Int(
      si_page_layer_bytes(Int64(keyHeads), Int64(headSize), precision.isBF16))
    let (pageBytes, isLargePage) = layers.multipliedReportingOverflow(by: layerBytes)
    let (slabBytes, isLargeSlab) = pages.multipliedReportingOverflow(by: pageBytes)
    guard !isLargePage && !isLargeSlab else { throw .outOfMemory(bytes: .max) }
    self.slabBytes = slabBytes
    let map = unsafe mmap(
      nil, slabBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let map = unsafe map, unsafe map != MAP_FAILED else {
      throw .outOfMemory(bytes: slabBytes)
    }
    unsafe slab = map
  }

  deinit {
    unsafe munmap(slab, slabBytes)
  }

  /// Stores one position's keys and values of one key head at one layer.
  /// - Parameters:
  ///   - keys: `[headSize]`; `values` alike.
  ///   - slot: The position's place in its page.
  package func store(
    keys: Span<Float>, values: Span<Float>, page: Int32, slot: Int, layer: Int, keyHead: Int
  ) {
    precondition(
      keys.count == headSize && values.count == headSize,
      "store: keys have \(keys.count) elements, values \(values.count); expected \(headSize)")
    precondition(
      (0..<pageCount) ~= Int(page) && (0..<layers) ~= layer && (0..<keyHeads) ~= keyHead
        && (0..<KeyValueStore.pageSize) ~= slot,
      "store: page \(page), layer \(layer), head \(keyHead), slot \(slot) is outside the store")
    unsafe keys.withUnsafeBufferPointer { keys in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe si_store_position(
          address(page: page, layer: layer), precision.isBF16, Int64(slot), Int64(keyHead),
          Int64(headSize), keys.baseAddress, values.baseAddress)
      }
    }
  }

  /// Copies the first positions of a page at every layer.
  package func copyPositions(_ count: Int, from source: Int32, to target: Int32) {
    precondition(
      (0...KeyValueStore.pageSize) ~= count && source != target
        && (0..<pageCount) ~= Int(source) && (0..<pageCount) ~= Int(target),
      "copyPositions: \(count) of page \(source) to page \(target) is outside the store")
    for layer in 0..<layers {
      unsafe si_copy_positions(
        address(page: target, layer: layer), address(page: source, layer: layer),
        precision.isBF16, Int64(count), Int64(keyHeads), Int64(headSize))
    }
  }

  /// Attends from rows to the positions before them, for the query heads of one key head.
  ///
  ///     output[r, h] = sum_j softmax_j(scale * queries[r, h] . keys[j]) values[j],
  ///     j in 0 ..< lengths[r]
  ///
  /// - Parameters:
  ///   - range: Which of the rows.
  ///   - rows: The pages and lengths of all rows.
  ///   - queries: Row r's head h begins at `r * stride + h * headSize`.
  ///   - heads: Query heads; `heads / keyHeads` of them share a key head.
  ///   - output: `[rows, heads, headSize]` in the store's precision.
  /// - Complexity: O(rows * heads / keyHeads * length * headSize).
  /// - Note: Computed by blocks of 64 positions counted from 0, merged in order, so a row's bits
  ///   depend on its queries, keys and values alone.
  package func attend(
    _ range: Range<Int>, of rows: AttentionRows, queries: Span<Float>, stride: Int, heads: Int,
    keyHead: Int, layer: Int, scale: Float, into output: SharedBuffer<UInt8>
  ) {
    guard let last = range.last else { return }
    precondition(
      range.lowerBound >= 0 && last < rows.count
        && rows.highestPage < pageCount && (0..<layers) ~= layer && (0..<keyHeads) ~= keyHead,
      "attend: rows \(range) of \(rows.count), head \(keyHead), layer \(layer) are outside")
    precondition(
      heads % keyHeads == 0 && queries.count >= last * stride + heads * headSize
        && output.count >= (last + 1) * heads * headSize * precision.bytes,
      "attend: queries have \(queries.count) elements, the output \(output.count) bytes; expected "
        + "\(last + 1) rows of \(heads) x \(headSize)")
    let layerOffset = Int64(layer * layerBytes)
    unsafe queries.withUnsafeBufferPointer { queries in
      unsafe rows.pages.withUnsafeBufferPointer { pages in
        unsafe rows.firstPages.withUnsafeBufferPointer { firstPages in
          unsafe rows.lengths.withUnsafeBufferPointer { lengths in
            var attention = unsafe si_attention(
              queries: queries.baseAddress, query_stride: Int64(stride), heads: Int64(heads),
              key_heads: Int64(keyHeads), head_size: Int64(headSize),
              slab: UnsafePointer(slab.assumingMemoryBound(to: CChar.self)),
              page_bytes: Int64(layers * layerBytes), layer_offset: layerOffset,
              pages: pages.baseAddress, first_pages: firstPages.baseAddress,
              lengths: lengths.baseAddress, scale: scale, output: output.address,
              output_stride: Int64(heads * headSize), operand_is_bf16: precision.isBF16)
            unsafe si_attend(
              &attention, Int64(range.lowerBound), Int64(range.count), Int64(keyHead))
          }
        }
      }
    }
  }

  private func address(page: Int32, layer: Int) -> UnsafeMutableRawPointer {
    unsafe slab + (Int(page) * layers + layer) * layerBytes
  }
}

import CKernels
import Foundation

/// The keys and values of all sequences in flight, in pages of 64 positions.
///
/// One page holds one sequence's positions `64 b ..< 64 (b + 1)` at every layer. Pages are indices
/// into one slab; memory is touched, and so used, only where something was stored.
///
/// `@unchecked Sendable`: a page is written only by the worker whose tile holds the sequence that
/// owns it, and a page that several sequences share is full and only read.
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

  /// Stores the keys and values of one position at one layer.
  /// - Parameters:
  ///   - keys: `[keyHeads, headSize]`; `values` alike.
  ///   - slot: The position's place in its page.
  package func store(
    keys: Span<Float>, values: Span<Float>, page: Int32, slot: Int, layer: Int
  ) {
    precondition(
      keys.count == keyHeads * headSize && values.count == keys.count,
      "store: keys have \(keys.count) elements, values \(values.count); expected "
        + "\(keyHeads * headSize)")
    precondition(
      (0..<pageCount) ~= Int(page) && (0..<layers) ~= layer
        && (0..<KeyValueStore.pageSize) ~= slot,
      "store: page \(page), layer \(layer), slot \(slot) is outside the store")
    unsafe keys.withUnsafeBufferPointer { keys in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe si_store_position(
          address(page: page, layer: layer), precision.isBF16, Int64(slot), Int64(keyHeads),
          Int64(headSize), keys.baseAddress, values.baseAddress)
      }
    }
  }

  /// Attends from one position to positions `0 ..< length` of its sequence.
  ///
  ///     output[h] = sum_j softmax_j(scale * queries[h] . keys[j, k(h)]) values[j, k(h)]
  ///
  /// with `k(h) = h / (heads / keyHeads)`.
  ///
  /// - Parameters:
  ///   - queries: `[heads, headSize]`.
  ///   - pages: The sequence's pages, in order of position; at least `length / 64` rounded up.
  ///   - operand: `[heads, headSize]` in the store's precision.
  /// - Complexity: O(heads * length * headSize).
  /// - Note: Computed by blocks of 64 positions counted from 0, merged in order, so the bits depend
  ///   on queries, keys and values alone.
  package func attend(
    queries: Span<Float>, heads: Int, pages: Span<Int32>, length: Int, layer: Int, scale: Float,
    into operand: inout MutableRawSpan
  ) {
    let blocks = (length + KeyValueStore.pageSize - 1) / KeyValueStore.pageSize
    precondition(
      length > 0 && pages.count >= blocks,
      "attend: \(pages.count) pages for \(length) positions; expected \(blocks)")
    precondition(
      heads % keyHeads == 0 && queries.count == heads * headSize
        && operand.byteCount >= heads * headSize * precision.bytes,
      "attend: queries have \(queries.count) elements, the operand \(operand.byteCount) bytes; "
        + "expected \(heads) x \(headSize)")
    unsafe withUnsafeTemporaryAllocation(
      of: UnsafeRawPointer?.self, capacity: blocks
    ) { addresses in
      for block in 0..<blocks {
        precondition((0..<pageCount) ~= Int(pages[block]), "attend: no page \(pages[block])")
        unsafe addresses.initializeElement(
          at: block, to: UnsafeRawPointer(address(page: pages[block], layer: layer)))
      }
      unsafe queries.withUnsafeBufferPointer { queries in
        unsafe operand.withUnsafeMutableBytes { operand in
          unsafe si_attend(
            queries.baseAddress, Int64(heads), Int64(keyHeads), Int64(headSize),
            addresses.baseAddress, Int64(length), scale, operand.baseAddress, precision.isBF16)
        }
      }
    }
  }

  private func address(page: Int32, layer: Int) -> UnsafeMutableRawPointer {
    unsafe slab + (Int(page) * layers + layer) * layerBytes
  }
}

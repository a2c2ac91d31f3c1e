import Storage

extension JSONValue {
  /// A Float32 with the digits that tell it from its neighbours, and no more: read back as a
  /// Float32 it has the same bits.
  init(shortest value: Float) {
    self = .double(Double(value.description) ?? Double(value))
  }
}

import Kernels
import TensorFiles

extension ParameterLayout {
  /// Reads all tensors of a file in this layout, in f32 and in our order of rows.
  ///
  /// - Throws: `TensorFileError` for a missing tensor or a wrong shape.
  package func numbers<Names: TensorNames>(
    from source: any TensorSource, named names: Names.Type, configuration: DecoderConfiguration
  ) throws -> SharedBuffer<Float> {
    let loader = WeightLoader<Names>(
      source: source, configuration: configuration, precision: .f32)
    let numbers = SharedBuffer<Float>(zeros: count)
    func fill(_ range: Range<Int>, _ values: [Float]) {
      var target = numbers.mutableSpan(in: range)
      for index in values.indices { target[index] = values[index] }
    }
    let shape = [configuration.vocabulary, configuration.channels]
    fill(embedding, try source.floats(of: names.embedding, shape: shape))
    for (number, place) in layers.enumerated() {
      let layer = try loader.numbers(ofLayer: number)
      fill(place.attentionNorm, layer.attentionNorm)
      fill(place.projection, layer.projection)
      fill(place.attentionOutput, layer.attentionOutput)
      fill(place.feedForwardNorm, layer.feedForwardNorm)
      fill(place.gateUp, layer.gateUp)
      fill(place.down, layer.down)
    }
    fill(finalNorm, try loader.vector(names.finalNorm))
    if !configuration.tiesOutput {
      fill(output, try source.floats(of: names.output, shape: shape))
    }
    return numbers
  }
}

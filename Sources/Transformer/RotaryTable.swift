import Foundation
import Kernels
import Synchronization

/// Cosines and sines of the rotary angles, made for 64 positions at a time when one is first met: a
/// model's context length is a number in a file, and costs nothing until sequences get there.
///
///     angle(position, i) = position * base^(-2 i / headSize) / divisor(i),   i in 0 ..< headSize / 2
///
/// Computed in Double and rounded once.
final class RotaryTable: Sendable {
  /// The angles of `blockLength` positions, `[position, headSize / 2]`.
  private struct Block {
    var cosines: [Float] = []
    var sines: [Float] = []
  }

  private static let blockLength = 64

  private let frequencies: [Double]
  private let blocks = Mutex<[Int: Block]>([:])

  init(_ configuration: DecoderConfiguration) {
    let divisors = configuration.rotaryDivisors
    frequencies = configuration.rotaryFrequencies.enumerated().map { index, frequency in
      divisors.isEmpty ? frequency : frequency / divisors[index]
    }
  }

  /// Appends the `headSize / 2` cosines and sines of one position.
  func append(_ position: Int, cosines: inout [Float], sines: inout [Float]) {
    let block = block(position / Self.blockLength)
    let start = position % Self.blockLength * frequencies.count
    let range = start..<start + frequencies.count
    cosines += block.cosines[range]
    sines += block.sines[range]
  }

  private func block(_ number: Int) -> Block {
    blocks.withLock { blocks in
      if let block = blocks[number] { return block }
      let block = makeBlock(number)
      blocks[number] = block
      return block
    }
  }

  private func makeBlock(_ number: Int) -> Block {
    var block = Block()
    for position in number * Self.blockLength..<(number + 1) * Self.blockLength {
      for frequency in frequencies {
        block.cosines.append(Float(cos(Double(position) * frequency)))
        block.sines.append(Float(sin(Double(position) * frequency)))
      }
    }
    return block
  }
}

import Foundation
import Kernels
import Randomness

// Twins of the kernels in Double, written as their formulas read.

enum Naive {
  static func rmsNormalize(_ input: [Float], weight: [Float], epsilon: Double) -> [Double] {
    let channels = weight.count
    return stride(from: 0, to: input.count, by: channels).flatMap { start in
      let row = input[start..<start + channels].map(Double.init)
      let meanSquare = row.reduce(0) { $0 + $1 * $1 } / Double(channels)
      return zip(row, weight).map { $0 * Double($1) / (meanSquare + epsilon).squareRoot() }
    }
  }

  static func gate(_ input: [Float], hidden: Int) -> [Double] {
    stride(from: 0, to: input.count, by: 2 * hidden).flatMap { start in
      (0..<hidden).map { c in
        let x = Double(input[start + c])
        return x / (1 + exp(-x)) * Double(input[start + hidden + c])
      }
    }
  }

  static func multiply(_ input: [Float], weights: [Float], outputs: Int, inputs: Int) -> [Double] {
    stride(from: 0, to: input.count, by: inputs).flatMap { start in
      (0..<outputs).map { o in
        (0..<inputs).reduce(0.0) { sum, i in
          sum + Double(input[start + i]) * Double(weights[o * inputs + i])
        }
      }
    }
  }

  /// One query row over `[positions][keyHeads * headSize]` keys and values.
  static func attend(
    _ queries: [Float], keys: [[Float]], values: [[Float]], heads: Int, keyHeads: Int, scale: Double
  ) -> [Double] {
    let size = queries.count / heads
    return (0..<heads).flatMap { head -> [Double] in
      let shared = head / (heads / keyHeads) * size
      let scores = keys.map { key in
        scale
          * (0..<size).reduce(0.0) {
            $0 + Double(queries[head * size + $1]) * Double(key[shared + $1])
          }
      }
      let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
      let total = weights.reduce(0, +)
      return (0..<size).map { c in
        zip(weights, values).reduce(0) { $0 + $1.0 * Double($1.1[shared + c]) } / total
      }
    }
  }

  static func logSumExp(_ logits: [Float]) -> Double {
    let top = logits.map(Double.init).max() ?? 0
    return top + log(logits.reduce(0) { $0 + exp(Double($1) - top) })
  }

  /// The nearest number with eight significant bits, ties to even.
  static func bf16(_ value: Float) -> Float {
    guard value != 0, value.isFinite else { return value }
    let ulp = Double(value.ulp) * 0x1p16
    return Float((Double(value) / ulp).rounded(.toNearestOrEven) * ulp)
  }
}

/// Numbers between -scale and scale, the same in every run.
func randomFloats(_ count: Int, seed: UInt64, scale: Float = 2) -> [Float] {
  let stream = RandomStream(seed: seed)
  return (0..<count).map { Float(stream.uniform(at: UInt64($0)) * 2 - 1) * scale }
}

/// Operand bytes of numbers, and numbers of operand bytes.
func operand(_ values: [Float], _ precision: Precision, rows: Int? = nil) -> Buffer<UInt8> {
  let count = max(rows ?? 0, values.count)
  var buffer = Buffer<UInt8>(zeros: count * precision.bytes)
  var bytes = buffer.mutableBytes(in: 0..<buffer.count)
  narrow(values.span, as: precision, into: &bytes)
  return buffer
}

func numbers(_ buffer: borrowing Buffer<UInt8>, _ count: Int, _ precision: Precision) -> [Float] {
  var output = [Float](repeating: 0, count: count)
  var span = output.mutableSpan
  widen(buffer.bytes(in: 0..<count * precision.bytes), as: precision, into: &span)
  return output
}

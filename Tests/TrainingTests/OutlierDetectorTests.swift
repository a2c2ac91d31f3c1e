import Foundation
import Testing
import Training

@Suite struct OutlierDetectorTests {
  @Test func `a norm stands out by the deviations of the last ones`() {
    var detector = OutlierDetector()
    for number in 0..<31 { detector.insert(Double(number % 2)) }
    #expect(detector.deviations(of: 1e9) == 0)
    detector.insert(1)
    // 16 zeros and 16 ones: mean 0.5, standard deviation 0.5 * sqrt(32 / 31).
    let expected = (3 - 0.5) / (0.5 * (32.0 / 31).squareRoot())
    #expect(abs(detector.deviations(of: 3) - expected) < 1e-12)
    #expect(detector.deviations(of: -3) < 0)
  }

  @Test func `what lies long ago counts no more, and equal norms tell nothing`() {
    var detector = OutlierDetector()
    for _ in 0..<50 { detector.insert(1000) }
    for number in 0..<128 { detector.insert(Double(number % 2)) }
    #expect(detector.deviations(of: 3) > 4)
    var equal = OutlierDetector()
    for _ in 0..<40 { equal.insert(1) }
    #expect(equal.deviations(of: 2) == 0)
  }

  @Test func `it is the same after a checkpoint`() throws {
    var detector = OutlierDetector()
    for number in 0..<40 { detector.insert(1 / Double(number + 1)) }
    let data = try JSONEncoder().encode(detector)
    #expect(try JSONDecoder().decode(OutlierDetector.self, from: data) == detector)
  }
}

import TestSupport
import Testing

@Suite struct ClosenessTests {
  @Test func `equal rows are close at tolerance 0`() {
    let values: [Float] = [0, -1.5, .infinity, -.infinity, .nan]
    expectClose(values, values, absolute: 0, because: "they are the same")
  }

  @Test func `empty rows are close`() {
    expectClose([Float](), [Double](), relative: 0, because: "there is nothing to differ")
  }

  @Test func `the worst element and both values are named`() {
    let complaint = differenceComplaint([1, 2, 9, 4], [1, 2.5, 3, 4], relative: 0, absolute: 0.1)
    #expect(complaint?.hasPrefix("[2] is 9.0; expected 3.0 (differs by 6.0") == true)
    #expect(complaint?.hasSuffix("2 of 4 values too far)") == true)
  }

  @Test func `rows of different length are never close`() {
    #expect(
      differenceComplaint([1], [1, 2], relative: 0, absolute: 0.1)
        == "there are 1 values; expected 2")
  }

  @Test(arguments: [(Double.nan, 1.0), (1.0, Double.nan), (.infinity, 1.0), (1.0, -.infinity)])
  func `a value that is not finite is close to itself only`(_ actual: Double, _ expected: Double) {
    #expect(differenceComplaint([actual], [expected], relative: 0.1, absolute: 0.1) != nil)
  }

  @Test func `an element near zero is judged by the size of its row`() {
    #expect(differenceComplaint([1, 0.001], [1, 0], relative: 0.01, absolute: 0) == nil)
    #expect(differenceComplaint([1, 0.001], [1, 0], relative: 0.0001, absolute: 0) != nil)
  }

  @Test(arguments: [0.11, -0.1, .nan, .infinity])
  func `a tolerance outside of 0 to 0.1 is refused`(_ tolerance: Double) {
    #expect(toleranceComplaint(relative: tolerance, absolute: nil, reason: "x") != nil)
    #expect(toleranceComplaint(relative: nil, absolute: tolerance, reason: "x") != nil)
  }

  @Test func `a tolerance needs a reason and a reason needs a tolerance`() {
    #expect(toleranceComplaint(relative: 0.1, absolute: nil, reason: "") != nil)
    #expect(toleranceComplaint(relative: nil, absolute: nil, reason: "x") != nil)
    #expect(toleranceComplaint(relative: 0.1, absolute: 0, reason: "x") == nil)
  }

  @Test func `a difference is recorded as an issue`() {
    withKnownIssue {
      expectClose(Float(1), 2.0, absolute: 0.1, because: "this must fail")
    } matching: {
      "\($0.comments)".contains("[0] is 1.0; expected 2.0")
    }
  }
}

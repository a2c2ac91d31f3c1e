/// Gives each different token a number, in the order in which they are first seen, and counts them.
///
/// Tokens are equal as Swift strings are: a letter with its accent and the two as one character are
/// the same token.
package struct TokenInterner: Sendable {
  private var numbers: [String: Int32] = [:]
  /// How often each token was interned.
  package private(set) var frequencies: [Int32] = []
  /// How many tokens were interned, the same ones counted again.
  package private(set) var total = 0

  package init() {}

  /// How many different tokens there are; numbers run from 0 to below it.
  package var count: Int { numbers.count }

  /// The numbers of tokens, new ones for those not seen before.
  package mutating func intern(_ tokens: [String]) -> [Int32] {
    total += tokens.count
    return tokens.map { token in
      if let number = numbers[token] {
        frequencies[Int(number)] &+= 1
        return number
      }
      let number = Int32(numbers.count)
      numbers[token] = number
      frequencies.append(1)
      return number
    }
  }

  /// The number of a token; nil if it was never interned.
  package func number(of token: String) -> Int32? {
    numbers[token]
  }
}

// Lengths of Huffman codes from counts: symbols are sorted, joined into a tree, and its depth is limited.

/** A key is a count, and below it the symbol in so many bits. */
export const SYMBOL_BITS: u32 = 9

/** Sorts keys of four bytes, the least first. */
export function sortKeys(keys: usize, n: u32): void {
  for (let gap: u32 = 91; gap > 0; gap = gap == 1 ? 0 : (gap * 3) >> 3) {
    for (let i = gap; i < n; i++) {
      const key = load<u32>(keys + 4 * i)
      let at = i
      while (at >= gap && load<u32>(keys + 4 * (at - gap)) > key) {
        store<u32>(keys + 4 * at, load<u32>(keys + 4 * (at - gap)))
        at -= gap
      }
      store<u32>(keys + 4 * at, key)
    }
  }
}

/**
 * Joins the two rarest nodes until one is left; then a node's depth follows from its parent's. The first `n` of
 * `nodes` (four bytes each, twice as many) become the depths of the sorted keys; `parents` has two bytes for each node.
 */
export function measureDepths(keys: usize, nodes: usize, parents: usize, n: u32): void {
  let leaf: u32 = 0
  let inner = n
  for (let node = n; node < 2 * n - 1; node++) {
    let weight: u32 = 0
    for (let child = 0; child < 2; child++) {
      const leafCount: u32 = leaf < n ? load<u32>(keys + 4 * leaf) >> SYMBOL_BITS : u32.MAX_VALUE
      const innerCount: u32 = inner < node ? load<u32>(nodes + 4 * inner) : u32.MAX_VALUE
      const isLeaf = leafCount <= innerCount
      store<u16>(parents + 2 * (isLeaf ? leaf : inner), <u16>node)
      weight += isLeaf ? leafCount : innerCount
      if (isLeaf) leaf++
      else inner++
    }
    store<u32>(nodes + 4 * node, weight)
  }
  store<u32>(nodes + 4 * (2 * n - 2), 0)
  for (let node = <i32>(2 * n - 3); node >= 0; node--)
    store<u32>(nodes + 4 * node, load<u32>(nodes + 4 * <usize>load<u16>(parents + 2 * node)) + 1)
}

/** Limits the depths of the `n` sorted keys to `most`, which has room for all of them. @returns the largest */
export function limitDepths(nodes: usize, n: u32, most: u32): u32 {
  // The rarest come first, so depths fall; what is cut off above is made up for by longer codes of the next ones.
  let excess: i32 = -(1 << most)
  for (let i: u32 = 0; i < n; i++) {
    const depth = min<u32>(load<u32>(nodes + 4 * i), most)
    store<u32>(nodes + 4 * i, depth)
    excess += 1 << (most - depth)
  }
  for (let i: u32 = 0; excess > 0; i = i + 1 == n ? 0 : i + 1) {
    const depth = load<u32>(nodes + 4 * i)
    if (depth == most) continue
    store<u32>(nodes + 4 * i, depth + 1)
    excess -= 1 << (most - depth - 1)
  }
  // What was taken too much goes to the most frequent ones that can have it.
  for (let i = <i32>n - 1; excess < 0 && i >= 0; ) {
    const depth = load<u32>(nodes + 4 * i)
    const gain = 1 << (most - depth)
    if (depth > 1 && excess + gain <= 0) {
      store<u32>(nodes + 4 * i, depth - 1)
      excess += gain
    } else i--
  }
  let longest: u32 = 0
  for (let i: u32 = 0; i < n; i++) longest = max(longest, load<u32>(nodes + 4 * i))
  return longest
}

// The latest place of each hash, in tables of four bytes an entry; 0 stands for no place.
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15

/** Of the stream at hand; these belong to the instance. */
export let origin: usize = 0
let shift: u64 = 0
let unused: u64 = 0

/** Starts a stream with tables of up to 2^`most` entries. @param width how many bytes a short key has @returns the bytes of a table */
export function startPlaces(src: usize, nbytes: u32, width: u32, most: u32): usize {
  const log = min<u32>(most, max<u32>(8, 32 - clz(nbytes | 1)))
  origin = src
  shift = 64 - log
  unused = 64 - 8 * width
  return 4 << log
}

/** Where the place of the next eight bytes is. */
@inline
export function longEntry(table: usize, word: u64): usize {
  return table + (<usize>((word * MULTIPLIER) >> shift) << 2)
}

/** Where the place of a short key is: of the first bytes of a word. */
@inline
export function shortEntry(table: usize, word: u64): usize {
  return longEntry(table, word << unused)
}

/** Notes a place. */
@inline
export function notePlace(entry: usize, ip: usize): void {
  store<u32>(entry, <u32>(ip - origin))
}

/** The place that was noted, {@link origin} if there is none. */
@inline
export function placeIn(entry: usize): usize {
  return origin + load<u32>(entry)
}

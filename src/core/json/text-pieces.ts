// Builds and rewrites texts of many megabytes piece by piece, in bounded memory.

const JOIN_AT = 1 << 14
const SLICE = 1 << 16

/**
 * A text that is built piece by piece. Small pieces are joined on the way, so that millions of them are
 * cheap.
 */
export class TextPieces {
  #small: string[] = []
  readonly #joined: string[] = []
  /** In UTF-16 code units. */
  length = 0

  add(piece: string): void {
    this.length += piece.length
    if (this.#small.push(piece) >= JOIN_AT) this.#join()
  }

  #join(): void {
    this.#joined.push(this.#small.join(''))
    this.#small = []
  }

  /** The whole text. */
  text(): string {
    this.#join()
    return this.#joined.join('')
  }
}

/**
 * Replaces the matches of `pattern` slice by slice, so that only the matches of one slice are in memory.
 * @param pattern global, for single characters
 */
export function replaceAll(text: string, pattern: RegExp, by: (found: string) => string): string {
  if (text.search(pattern) === -1) return text
  if (text.length <= SLICE) return text.replace(pattern, by)
  const pieces = new TextPieces()
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + SLICE, text.length)
    // Keep surrogate pairs together.
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++
    pieces.add(text.slice(at, end).replace(pattern, by))
    at = end
  }
  return pieces.text()
}

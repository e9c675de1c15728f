// Joins several sources into one: plain bytes, or arrays along axis 0.

import { ndarrayIn } from '../array/npy/index.js'
import { changedError, usage } from '../core/errors.js'
import type { PlainSource } from '../sources/plain.js'
import { checkSameRows } from './array-metadata.js'

/** Sources of known size, one after the other. */
class ConcatSource implements PlainSource {
  readonly name: string
  readonly size: number
  readonly typesize: number | undefined
  readonly metadata: string | undefined
  readonly #sources: readonly PlainSource[]
  #at = 0
  /** Bytes of the current source that were read. */
  #done = 0

  constructor(sources: readonly PlainSource[], first: PlainSource) {
    this.name = sources.map(({ name }) => name).join(', ')
    this.size = sources.reduce((sum, { size = 0 }) => sum + size, 0)
    this.typesize = first.typesize
    this.metadata = first.metadata
    this.#sources = sources
  }

  async sample(nbytes: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let left = nbytes
    for (const source of this.#sources) {
      if (left === 0) break
      const piece = await source.sample(Math.min(left, source.size ?? 0))
      pieces.push(Buffer.from(piece))
      left -= piece.length
    }
    return Buffer.concat(pieces)
  }

  async read(into: Uint8Array): Promise<number> {
    let done = 0
    while (done < into.length) {
      const source = this.#sources[this.#at]
      if (source === undefined) break
      const isLast = this.#at === this.#sources.length - 1
      const left = isLast ? into.length : (source.size ?? 0) - this.#done
      const n = await source.read(into.subarray(done, done + Math.min(into.length - done, left)))
      done += n
      this.#done += n
      // Of the last one it is seen whether it has more bytes than it said.
      if (isLast || n < left) break
      await checkEnd(source)
      this.#at++
      this.#done = 0
    }
    return done
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.close()
  }
}

async function checkEnd(source: PlainSource): Promise<void> {
  if ((await source.read(new Uint8Array(1))) > 0) throw changedError(source.name, 'longer')
}

function checkSameKind(first: PlainSource, other: PlainSource): void {
  const [a, b] = [first, other].map(({ metadata }) => ndarrayIn(metadata))
  if ((a === undefined) !== (b === undefined)) {
    const [array, plain] = a === undefined ? [other, first] : [first, other]
    throw usage(`'${array.name}' is an array, but '${plain.name}' is not`, {
      option: 'raw',
      to: 'take all as plain bytes',
    })
  }
  if (a === undefined || b === undefined || first.metadata === undefined || other.metadata === undefined)
    return
  checkSameRows(a, b, first.metadata, other.metadata, [`'${other.name}'`, `'${first.name}'`])
}

/** @throws BlpkError USAGE if some hold arrays and others do not, or arrays whose rows do not go together */
export function checkTogether([first, ...others]: readonly PlainSource[]): void {
  if (first !== undefined) for (const other of others) checkSameKind(first, other)
}

/**
 * Several sources as one, whatever they hold; it is described as the first one is.
 * @param sources of known size, at least one
 */
export function joined(sources: readonly PlainSource[]): PlainSource {
  const [first, ...others] = sources
  if (first === undefined) throw usage('there is nothing to append')
  return others.length === 0 ? first : new ConcatSource(sources, first)
}

/**
 * Several sources as one: plain bytes, or arrays whose rows go together.
 * @param sources of known size, at least one
 * @throws BlpkError USAGE if they do not go together
 */
export function concat(sources: readonly PlainSource[]): PlainSource {
  if (sources.length > 1) checkTogether(sources)
  return joined(sources)
}

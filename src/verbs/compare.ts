// Compares the content of a container of any kind with an original.

import { formatNpyHeader, type NdarrayLayout, ndarrayIn, numpyOrder } from '../array/npy/index.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { asDamage, type BlpkError } from '../core/errors.js'
import { damage, damageFinding, type Finding } from '../format/damage/finding.js'
import type { Opened, PieceOptions } from '../format/opened.js'
import { openPlain } from '../sources/npy.js'
import type { PlainSource } from '../sources/plain.js'

type Order = 'C' | 'F'

function difference(message: string, chunk?: number): Finding {
  return damage(message, chunk === undefined ? {} : { chunk })
}

function headerOf(layout: NdarrayLayout): Uint8Array {
  // Along a single axis both orders are the same.
  return formatNpyHeader(layout.shape.length < 2 ? { ...layout, order: 'C' } : layout)
}

/** What is wrong with dtype, shape or order. */
function compareArrays(array: NdarrayLayout, plain: PlainSource): Finding | undefined {
  const other = ndarrayIn(plain.metadata)
  if (other !== undefined && Buffer.compare(headerOf(array), headerOf(other)) === 0) return undefined
  return difference(
    other === undefined
      ? `the archive holds an array, but '${plain.name}' is not a .npy file`
      : `dtype, shape or order of the array are not those of '${plain.name}'`,
  )
}

/** The first place from `from` on where they differ; undefined if there is none. */
function firstDifference(bytes: Uint8Array, other: Uint8Array, from: number): number | undefined {
  const most = Math.min(bytes.length, other.length)
  if (most === bytes.length && Buffer.compare(bytes.subarray(from), other.subarray(from)) === 0)
    return undefined
  let at = from
  while (at < most && bytes[at] === other[at]) at++
  return at < bytes.length ? at : undefined
}

/** Reads plain bytes and the original side by side, and finds the chunks that differ. */
class Comparison {
  readonly findings: Finding[] = []
  readonly #opened: Opened
  readonly #original: PlainSource
  readonly #order: Order
  readonly #seen = new Set<number>()
  /** Plain bytes that were compared. */
  #position = 0

  constructor(opened: Opened, original: PlainSource, order: Order) {
    this.#opened = opened
    this.#original = original
    this.#order = order
  }

  #report(chunk: number | undefined): void {
    if (chunk === undefined) {
      if (this.findings.length === 0)
        this.findings.push(difference(`the data differ from '${this.#original.name}'`))
      return
    }
    if (this.#seen.has(chunk)) return
    this.#seen.add(chunk)
    this.findings.push(difference(`chunk ${chunk}: the data differ from '${this.#original.name}'`, chunk))
  }

  async compare(piece: Uint8Array): Promise<void> {
    const other = new Uint8Array(piece.length)
    const read = other.subarray(0, await this.#original.read(other))
    for (let from = 0; from < piece.length; ) {
      const at = firstDifference(piece, read, from)
      if (at === undefined) break
      const span = await this.#opened.chunkAt?.(this.#position + at, this.#order)
      this.#report(span?.index)
      from = span === undefined ? piece.length : span.stop - this.#position
    }
    this.#position += piece.length
  }

  async end(): Promise<void> {
    if (this.findings.length > 0 || (await this.#original.read(new Uint8Array(1))) === 0) return
    this.findings.push(difference(`'${this.#original.name}' has more data than the archive`))
  }
}

async function compareBytes(
  opened: Opened,
  original: PlainSource,
  order: Order,
  options: PieceOptions,
): Promise<Finding[]> {
  const comparison = new Comparison(opened, original, order)
  const pieces =
    order === 'F' && opened.fortranPieces !== undefined
      ? opened.fortranPieces(options)
      : opened.pieces(0, undefined, options)
  for await (const piece of pieces) await comparison.compare(piece)
  await comparison.end()
  return comparison.findings
}

/** Was the array made of plain bytes, which have no `.npy` header? */
function isOpaque({ descr, shape }: NdarrayLayout): boolean {
  return shape.length === 1 && typeof descr === 'string' && (descr === '|u1' || descr.startsWith('|V'))
}

/** Items of an array in chunks of a shape are in C order, whatever order they came in. */
async function compareShaped(opened: Opened, source: ByteSource, options: PieceOptions): Promise<Finding[]> {
  const plain = await openPlain(source)
  const layout = opened.array?.()
  const other = ndarrayIn(plain.metadata)
  const asItIs = layout === undefined || (other === undefined && isOpaque(layout))
  if (asItIs) return compareBytes(opened, plain, 'C', options)
  const finding = compareArrays(other === undefined ? layout : { ...layout, order: other.order }, plain)
  if (finding !== undefined) return [finding]
  return compareBytes(opened, plain, other === undefined ? 'C' : numpyOrder(other), options)
}

async function compareAll(
  opened: Opened,
  source: ByteSource,
  raw: boolean,
  options: PieceOptions,
): Promise<Finding[]> {
  if (!raw && opened.format.holds === 'array') return compareShaped(opened, source, options)
  const layout = raw ? undefined : opened.array?.()
  const plain = await openPlain(source, { raw: layout === undefined })
  const finding = layout && compareArrays(layout, plain)
  return finding === undefined ? compareBytes(opened, plain, 'C', options) : [finding]
}

/** What is wrong with the container is a finding too. */
async function asFindings(find: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await find()
  } catch (error) {
    const damage: BlpkError = asDamage(error)
    return [damageFinding(damage)]
  }
}

/**
 * Compares what a container holds with what it is said to be made of.
 * @param source of the original, as it was when it was packed
 * @param raw compare the plain bytes, even of an array
 * @throws BlpkError IO, INTERRUPTED
 */
export function compareWith(
  opened: Opened,
  source: ByteSource,
  raw: boolean,
  options: PieceOptions,
): Promise<Finding[]> {
  return asFindings(() => compareAll(opened, source, raw, options))
}

// Converts a container to one of another kind; chunks are copied if the other can hold them as they are.

import { ndarrayIn } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { checkOptions } from '../format/check-options.js'
import type { Container, CopyRequest, PackingContainer } from '../format/container.js'
import { arrayJson, arrayPartOf, withArray, withoutArray } from '../format/described-metadata.js'
import type { Opened } from '../format/opened.js'
import type { ConcatResult, Output } from '../format/output.js'
import type { PackOptions } from '../format/pack-options.js'
import { packerOf } from '../format/registry.js'
import type { Format } from '../format/traits.js'
import { type ArrayDescription, isDescribed, layoutAsked } from './described.js'
import { packIntoOutput } from './pack-into-output.js'
import { metadataOf, plainOf } from './plain-of.js'

export type { ConcatResult }

export interface ConvertOptions extends PackOptions, ArrayDescription {}

/** Options that say how chunks are compressed: what they ask for, chunks that are there need not be. */
const COMPRESSING: readonly (keyof PackOptions)[] = [
  'codec',
  'level',
  'shuffle',
  'filters',
  'splitMode',
  'dictionary',
  'typesize',
  'chunkSize',
  'blockSize',
  'chunks',
  'blocks',
]

/** What is converted, and what is said of it. */
interface Converting {
  from: Opened
  format: Format
  o: ConvertOptions
  /** Metadata of the input, with the array that options make of it. */
  metadata: string | undefined
  isDescribed: boolean
}

function described(from: Opened, format: Format, o: ConvertOptions): Converting {
  const given = metadataOf(from)
  const whole = { from, format, o }
  if (!isDescribed(o)) return { ...whole, metadata: given, isDescribed: false }
  if (from.nbytes === undefined) throw usage('the archive was written to a pipe and does not record its size')
  const array = arrayJson(layoutAsked(from.nbytes, o, ndarrayIn(given)))
  return { ...whole, metadata: withArray(withoutArray(given), array) ?? array, isDescribed: true }
}

/** The metadata that take the place of those that are there, if chunks are copied; undefined if those stay. */
function metadataForCopy({ metadata, format, o, isDescribed }: Converting): string | undefined {
  const isArray = format.holds === 'array'
  if (o.metadata === undefined) return isDescribed && !isArray ? metadata : undefined
  const replaced = withArray(o.metadata, arrayPartOf(metadata)) ?? o.metadata
  return isArray ? withoutArray(replaced) : replaced
}

/** @returns undefined if chunks cannot be copied */
async function copy(
  container: Container,
  given: Converting,
  output: Output,
): Promise<ConcatResult | undefined> {
  const { from, format, o } = given
  if (COMPRESSING.some((option) => o[option] !== undefined)) return undefined
  // Chunks of an array have its shape; those of bytes have none.
  const isReshaped = o.shape !== undefined || from.format.holds === 'bytes'
  if (given.isDescribed && format.holds === 'array' && isReshaped) return undefined
  const { metadata: _, ...rest } = o
  const metadata = metadataForCopy(given)
  const request: CopyRequest = {
    ...rest,
    ...(metadata !== undefined && { metadata }),
    ...(given.metadata !== undefined && { described: given.metadata }),
  }
  return container.copy?.(from, output, format, request)
}

function pack(
  container: PackingContainer,
  { from, format, o, metadata }: Converting,
  output: Output,
): Promise<ConcatResult> {
  // New metadata take the place of all but those that describe the array.
  const array = arrayPartOf(metadata)
  if (o.metadata !== undefined) withArray(o.metadata, array)
  const source = plainOf(from, o.metadata === undefined ? metadata : array, o)
  const packed = packIntoOutput(container, { source, output, format, o: { ...o, from } })
  return packed.then((result) => ({ ...result, copied: 0 }))
}

/**
 * Writes the content of a container as another format. Chunks are copied as they are if the other may hold them and no
 * option says how to compress; otherwise they are compressed again.
 * @param from seekable; it stays open
 * @throws BlpkError USAGE, DAMAGED, CHECKSUM, UNSUPPORTED, IO, …; nothing is left behind then
 */
export async function convert(
  from: Opened,
  output: Output,
  format: Format,
  o: ConvertOptions = {},
): Promise<ConcatResult> {
  checkOptions(format, o)
  const container = await packerOf(format)
  const given = described(from, format, o)
  // Into a file that is there already, what is packed is added.
  const isNew = (await output.existing?.()) === undefined
  const copied = isNew ? await copy(container, given, output) : undefined
  return copied ?? pack(container, given, output)
}

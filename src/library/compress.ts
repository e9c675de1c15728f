// Packs anything into any kind of container.

import { usage } from '../core/errors.js'
import type { Output, PackResult } from '../format/output.js'
import type { PackOptions } from '../format/pack-options.js'
import { defaultFormat, formatById, formatByName } from '../format/registry.js'
import type { Format } from '../format/traits.js'
import { compressPlain } from '../verbs/compress.js'
import type { ArrayDescription } from '../verbs/described.js'
import { isWritable, type OutputOptions, outputTo, outputToMemory, type Writable } from './outputs.js'
import { openPlainInput, type Packable, type PlainInput } from './plain-input.js'

/** How something is packed. Plain bytes become the array that `dtype`, `shape` and `order` describe, if one is given. */
export interface CompressOptions extends PackOptions, OutputOptions, ArrayDescription {
  /** `blp`, `b2frame`, `b2nd`, or that of a container of your own. Default: what the name says, else `blp`. */
  format?: string
  /** Pack a `.npy` file as plain bytes. */
  raw?: boolean
}

/** The format to write under a name. @throws BlpkError USAGE for an unknown format */
export function formatFor(name: string, wanted: string | undefined): Format {
  const found = wanted === undefined ? (formatByName(name) ?? defaultFormat()) : formatById(wanted)
  if (found === undefined) throw usage(`unknown format '${wanted}'`)
  return found
}

async function packInto(
  from: Packable,
  o: CompressOptions,
  output: (opened: PlainInput) => Output,
): Promise<PackResult> {
  const { format: wanted, overwrite: _, ...options } = o
  const opened = await openPlainInput(from, o)
  try {
    const to = output(opened)
    return await compressPlain(opened.plain, to, formatFor(to.name, wanted), options)
  } finally {
    await opened.close()
  }
}

/**
 * Packs bytes, a file, a stream or an array into a container. A `.npy` file becomes a container of its array. With a
 * name that goes on inside an HDF5 file (`x.h5::/g/a`), a dataset is added to the file, if it is there already;
 * `overwrite` then replaces a dataset of that name, and nothing else.
 * @param to a path, `s3://bucket/key`, or a sink; the name decides the format: `.blp`, `.b2frame` or `.b2nd`
 * @returns sizes in bytes, and the number of chunks
 * @throws BlpkError NOT_FOUND, EXISTS, SAME_FILE, USAGE for options that the format does not take, IO, NO_SPACE, DENIED,
 * NETWORK, INTERRUPTED; no output is left then
 * @example
 * ```ts
 * import { compress } from 'blpk'
 *
 * const { nbytes, cbytes } = await compress('data.npy', 'data.b2nd', { codec: 'zstd', level: 5, overwrite: true })
 * console.log(`ratio ${nbytes / cbytes}`)
 * ```
 */
export function compress(from: Packable, to: Writable, options?: CompressOptions): Promise<PackResult>
/**
 * Packs into memory.
 * @param options.format `blp` by default
 * @returns the bytes of the container
 * @example
 * ```ts
 * import { compress, decompress } from 'blpk'
 *
 * const packed = await compress(new Float64Array(1000), { codec: 'zstd' })
 * const plain = await decompress(packed) // 8000 bytes
 * ```
 */
export function compress(from: Packable, options?: CompressOptions): Promise<Uint8Array>
export async function compress(
  from: Packable,
  to: Writable | CompressOptions = {},
  options: CompressOptions = {},
): Promise<PackResult | Uint8Array> {
  if (isWritable(to))
    return packInto(from, options, ({ input }) => outputTo(to, input === undefined ? [] : [input], options))
  const { output, sink } = outputToMemory()
  await packInto(from, to, () => output)
  return sink.bytes
}

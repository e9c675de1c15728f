import type { PackOptions as BloscpackOptions } from '../../dist/engine/options.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { BlpkError, compress, decompress } from '../../dist/index.js'
import { CHECKSUMS } from './arbitrary.js'
import { makeData } from './data.js'
import { sameBytes } from './scratch.js'

type PackOptions = Omit<BloscpackOptions, 'onPlan'>

const HARMLESS_CODES = ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED']

/** A small archive to damage. */
export interface Victim {
  name: string
  archive: Uint8Array
  plain: Uint8Array
}

/** What is done to each byte: one bit, which differs from place to place, all bits, and one more. */
export const CHANGES: ((byte: number, position: number) => number)[] = [
  (byte, position) => byte ^ (1 << (position % 8)),
  (byte) => byte ^ 0xff,
  (byte) => byte + 1,
]

/** A copy in which one byte is another. */
export function changed(archive: Uint8Array, position: number, change: (typeof CHANGES)[number]): Uint8Array {
  const copy = archive.slice()
  copy[position] = change(copy[position] ?? 0, position)
  return copy
}

const SETTINGS: [string, PackOptions][] = [
  ['blosclz', { codec: 'blosclz', typesize: 4 }],
  ['lz4, bits', { codec: 'lz4', typesize: 2, shuffle: 'bit' }],
  ['lz4hc, no shuffle', { codec: 'lz4hc', typesize: 1, shuffle: 'none', level: 9 }],
  ['snappy', { codec: 'snappy', typesize: 8 }],
  ['zlib', { codec: 'zlib', typesize: 3 }],
  ['zstd, no offsets', { codec: 'zstd', typesize: 4, level: 3, offsets: false }],
  ['stored', { codec: 'lz4', typesize: 4, level: 0 }],
]

/** Archives of several small chunks, of every codec and checksum, with and without offsets and metadata. */
export async function makeVictims(): Promise<Victim[]> {
  const checksums = CHECKSUMS.filter((checksum) => checksum !== 'None')
  return Promise.all(
    SETTINGS.map(async ([name, options], i) => {
      const typesize = Number(options.typesize)
      const plain = makeData(i % 2 === 0 ? 'counting' : 'noisy', 701, typesize, i)
      const metadata = i % 3 === 0 ? {} : { metadata: '{"dtype":"<f4","shape":[3]}' }
      const checksum = checksums[i % checksums.length] ?? 'crc32'
      const common = { chunkSize: 240, maxAppChunks: 2, threads: 1, checksum, ...metadata }
      return {
        name: `${name}, ${checksum}`,
        plain,
        archive: await compress(plain, { ...common, ...options }),
      }
    }),
  )
}

/**
 * Reads an archive that was tampered with.
 * @returns what was wrong: wrong bytes, or an error that is not about the archive; undefined where all is well
 */
export async function misreading(archive: Uint8Array, plain: Uint8Array): Promise<string | undefined> {
  try {
    const bytes = await decompress(archive, { threads: 1 })
    return sameBytes(bytes, plain) ? undefined : `gave ${bytes.length} bytes, not the right ones`
  } catch (error) {
    if (!(error instanceof BlpkError)) return `threw ${String((error as Error).stack)}`
    return HARMLESS_CODES.includes(error.code) ? undefined : `threw code ${error.code}: ${error.message}`
  }
}

/** Is damage found at all? */
export async function isRefused(archive: Uint8Array): Promise<boolean> {
  try {
    await decompress(archive, { threads: 1 })
    return false
  } catch (error) {
    return error instanceof BlpkError
  }
}

/** Metadata, or undefined where they are refused. */
export async function metadataOf(archive: Uint8Array): Promise<unknown> {
  try {
    return (await openArchive(archive)).parseMetadata()
  } catch (error) {
    if (error instanceof BlpkError) return undefined
    throw error
  }
}

import { dtypeRepr, type NdarrayLayout, ndarrayIn } from '../../array/npy/index.js'
import { BlpkError } from '../../core/errors.js'
import { scarcity } from '../../core/io-errors.js'
import { Archive } from '../../format/bloscpack/archive.js'
import { FORMAT_VERSION } from '../../format/bloscpack/header.js'
import { type ContainerInput, openContainer } from '../containers.js'
import type { Context } from '../context.js'
import { describe } from '../exit.js'
import { jsonRatio } from './report.js'

/** How each result in JSON begins; null if it is not known, or if there is no such thing. */
export interface Head {
  file: string
  /** `Bloscpack 3`, `Blosc2 frame` or `Blosc2 array`, with `, sparse` for a directory. */
  format: string | null
  /** Of the array, if it holds one. */
  shape: readonly number[] | null
  /** NumPy's `dtype.str`, or the repr of `dtype.descr` for structured types. */
  dtype: string | null
  /** Plain size, in bytes. */
  nbytes: number | null
  /** Size of the container, in bytes. */
  cbytes: number | null
  ratio: number | null
}

/** The head of a container that cannot be read. */
export function unknownHead(file: string): Head {
  return { file, format: null, shape: null, dtype: null, nbytes: null, cbytes: null, ratio: null }
}

/** The entry for a file that failed. */
export function failedEntry(file: string, error: unknown): Head & { error: string; code: string | null } {
  const code = (error instanceof BlpkError ? error : scarcity(error))?.code ?? null
  return { ...unknownHead(file), error: describe(error, file), code }
}

/** A dtype as NumPy's `dtype.str` or `dtype.descr` says it. */
export function dtypeText({ descr }: NdarrayLayout): string {
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

/** What `find` finds; undefined if what it reads makes no sense. */
export async function ifSound<T>(find: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof BlpkError && ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED', 'USAGE'].includes(error.code))
      return undefined
    throw error
  }
}

/** A ratio; null if one of the sizes is not known. */
function ratioOf(nbytes: number | null, cbytes: number | null): number | null {
  return nbytes === null || cbytes === null ? null : jsonRatio(nbytes, cbytes)
}

/** @param sizes plain size and size of the archive, in bytes, if they are known */
export async function headOfArchive(
  file: string,
  { metadata }: Archive,
  sizes: { nbytes: number | undefined; cbytes: number | undefined },
): Promise<Head> {
  const array = await ifSound(() => ndarrayIn(metadata))
  const { nbytes = null, cbytes = null } = sizes
  return {
    file,
    format: `Bloscpack ${FORMAT_VERSION}`,
    shape: array?.shape ?? null,
    dtype: array === undefined ? null : dtypeText(array),
    nbytes,
    cbytes,
    ratio: ratioOf(nbytes, cbytes),
  }
}

/** What the front, and of a frame the end, of an open container say. Of a pipe, and of a damaged one, nothing. */
export async function headOfInput(file: string, input: ContainerInput): Promise<Head> {
  const { source } = input
  if (!source.seekable) return unknownHead(file)
  const head = await ifSound(async () => {
    // Loaded when it is needed, with all of Blosc2.
    if (input.isFrame) return (await import('./head-frame.js')).headOfFrameInput(file, input)
    const archive = await Archive.open(source)
    return headOfArchive(file, archive, { nbytes: archive.nbytes, cbytes: source.size })
  })
  const size = input.directory === undefined ? source.size : undefined
  return head ?? { ...unknownHead(file), cbytes: size ?? null }
}

/** The same of a container that was just written; its name, if it is a file no more, is all that is known. */
export async function headOfPlace(name: string, context: Context): Promise<Head> {
  try {
    const input = await openContainer(name, context, { frontOnly: true })
    try {
      return await headOfInput(name, input)
    } finally {
      await input.source.close()
    }
  } catch (error) {
    if (context.signal.aborted || !(error instanceof BlpkError)) throw error
    return unknownHead(name)
  }
}

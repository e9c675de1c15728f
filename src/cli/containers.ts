import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteSource } from '../bytes/byte-source.js'
import { unsupported } from '../core/errors.js'
import { KNOWN_PEEK_BYTES, knownByBytes, knownByName, storeText } from '../core/known-files.js'
import { lookAt } from '../disk/look.js'
import { accessOf } from '../disk/modes.js'
import type { ReadOptions } from '../disk/read-archive.js'
import { SPARSE_FRAME_NAME } from '../format/blosc2/frame/magic.js'
import { CONTAINER_PEEK_BYTES, containerOf } from '../format/recognise.js'
import { schemeOf } from '../places/registry.js'
import { FileSource } from '../sources/file.js'
import { PeekedSource } from '../sources/peeked.js'
import { checkWithin } from '../sources/within.js'
import type { Context } from './context.js'
import { isDash } from './dash.js'
import { type Input, openArchiveInput, openInput } from './inputs.js'

/** An archive, frame or array that was opened. */
export interface ContainerInput extends Input {
  /** Is it a Blosc2 frame? Otherwise it is a Bloscpack archive, or nothing that is known. */
  isFrame: boolean
  /** The directory, of a sparse frame. */
  directory?: string
}

function isDirectory(path: string): boolean {
  return lookAt(path)?.isDirectory() === true
}

/** Is it the directory of a sparse frame? */
export function isSparseFrame(argument: string): boolean {
  if (isDash(argument) || schemeOf(argument) !== undefined || !isDirectory(argument)) return false
  return lookAt(join(argument, SPARSE_FRAME_NAME))?.isFile() === true
}

/** Do the last bytes tell a frame whose first ones are damaged? */
async function endsAsFrame(source: ByteSource): Promise<boolean> {
  const { looksLikeTrailerEnd, TRAILER_END_BYTES } = await import('../format/blosc2/frame/trailer.js')
  const { seekable, size } = source
  if (!seekable || size === undefined || size < TRAILER_END_BYTES) return false
  const end = new Uint8Array(TRAILER_END_BYTES)
  await source.read(size - end.length, end)
  return looksLikeTrailerEnd(end)
}

/** What kind of container a source holds, damaged or not; undefined where it is nothing known. */
export async function kindOf(source: ByteSource): Promise<ReturnType<typeof containerOf>> {
  const bytes = new Uint8Array(CONTAINER_PEEK_BYTES)
  const kind = containerOf(bytes.subarray(0, await source.read(0, bytes)))
  return kind ?? ((await endsAsFrame(source)) ? 'frame' : undefined)
}

/** @throws BlpkError UNSUPPORTED for a store of python-blosc2, with what can be done */
export async function refuseStore(source: ByteSource): Promise<void> {
  const bytes = new Uint8Array(KNOWN_PEEK_BYTES)
  const known = knownByBytes(bytes.subarray(0, await source.read(0, bytes)))
  if (known?.store !== undefined) throw unsupported(storeText(known), { path: source.name })
}

/** The kind of what a source holds. @throws BlpkError UNSUPPORTED for a store of python-blosc2 */
async function kindOrRefuse(source: ByteSource): Promise<ReturnType<typeof containerOf>> {
  const kind = await kindOf(source)
  if (kind === undefined && source.seekable) await refuseStore(source)
  return kind
}

/** How many of the files of a store are named. */
const NAMED = 3

/** @throws BlpkError UNSUPPORTED for the directory of a store of python-blosc2, with what can be done */
export function refuseStoreDirectory(argument: string): void {
  if (isDash(argument) || schemeOf(argument) !== undefined || !isDirectory(argument)) return
  const known = knownByName(argument)
  const isStore = known?.store !== undefined || existsSync(join(argument, 'embed.b2e'))
  if (!isStore) return
  const files = readdirSync(argument, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.b2nd$/.test(name),
  )
  const some = files.slice(0, NAMED).map((name) => join(argument, name))
  const named = some.length === 0 ? '' : ` (${some.join(', ')}${files.length > NAMED ? ', …' : ''})`
  const what = knownByName('.b2d')
  throw unsupported(`${what === undefined ? '' : storeText(what)}${named}`, { path: argument })
}

/** The same of a file; undefined too where it is none, or not there. @throws BlpkError IO */
async function kindOfFile(path: string): Promise<ReturnType<typeof containerOf>> {
  if (lookAt(path)?.isFile() !== true) return undefined
  const source = new FileSource(path)
  try {
    return await kindOrRefuse(source)
  } finally {
    source.close()
  }
}

const NAMES: Record<string, ReturnType<typeof containerOf>> = {
  blp: 'bloscpack',
  b2frame: 'frame',
  b2nd: 'frame',
}

/** The same of a file, an object or an address. Of those the name tells, where it does: its bytes cost a request. */
export async function kindOfPlace(name: string, context: Context): Promise<ReturnType<typeof containerOf>> {
  refuseStoreDirectory(name)
  if (schemeOf(name) === undefined) return kindOfFile(name)
  const told = NAMES[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '']
  if (told !== undefined) return told
  const { source } = await openInput(name, context)
  try {
    return await kindOrRefuse(source)
  } finally {
    await source.close()
  }
}

/** Whom a directory keeps out its files are closed to, whatever their own modes. */
function inDirectory({ like }: Input, directory: string): Pick<Input, 'like' | 'access'> {
  if (like === undefined) return { like }
  const access = accessOf(directory, SPARSE_FRAME_NAME)
  const { atime, mtime } = like
  return { like: { ...access, atime, mtime }, access }
}

/**
 * Opens a container, and tells by its bytes what it is.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE for a terminal
 */
export async function openContainer(
  argument: string,
  context: Context,
  options: ReadOptions = {},
): Promise<ContainerInput> {
  if (isSparseFrame(argument)) {
    checkWithin(argument, SPARSE_FRAME_NAME)
    const input = await openArchiveInput(join(argument, SPARSE_FRAME_NAME), context, options)
    return { ...input, ...inDirectory(input, argument), isFrame: true, directory: argument }
  }
  refuseStoreDirectory(argument)
  const input = await openArchiveInput(argument, context, options)
  try {
    const source = input.source.seekable
      ? input.source
      : await PeekedSource.open(input.source, KNOWN_PEEK_BYTES)
    const kind = await kindOf(source)
    if (kind === undefined) await refuseStore(source)
    return { ...input, source, isFrame: kind === 'frame' }
  } catch (error) {
    await input.source.close()
    throw error
  }
}

// Keeps archives from being replaced by other data, and other data from being replaced by archives.

import { hasWrittenName, recogniserOf } from '../bytes/archives.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError, type ErrorCode } from '../core/errors.js'
import { KNOWN_PEEK_BYTES, knownByBytes } from '../core/known-files.js'
import { lookAt } from '../disk/look.js'
import { FileSource } from '../sources/file.js'
import { outputPlace } from './path.js'

/** The kind of output: an archive or a frame, plain data, or metadata as text. */
export type Content = 'archive' | 'plain' | 'metadata'

const WRITERS: Record<Content, string> = {
  archive: 'an archive',
  plain: 'plain data',
  metadata: 'a file of metadata',
}

function kept(path: string, is: string, content: Content): BlpkError {
  const way = 'name another output, or remove it first to replace it'
  const message = `'${path}' is ${is}; ${WRITERS[content]} never replaces it: ${way}`
  return new BlpkError('EXISTS', message, { path })
}

/** The content that must not be replaced by another kind. */
async function obstacle(source: ByteSource, content: Content): Promise<string | undefined> {
  const front = new Uint8Array(KNOWN_PEEK_BYTES)
  const start = front.subarray(0, await source.read(0, front))
  const archive = await recogniserOf(source)
  if (archive?.onlyRead === true || archive?.isNeverReplaced === true)
    return archive.formats[0]?.what ?? 'an archive'
  if (content !== 'archive' && archive !== undefined) return 'an archive'
  if (content === 'plain' || archive !== undefined || start.length === 0) return undefined
  const known = knownByBytes(start)
  if (known !== undefined) return known.what
  if (content === 'metadata') return undefined
  return hasWrittenName(source.name) ? undefined : 'not an archive'
}

/**
 * Refuses to replace a data file by an archive, or an archive by plain data: most likely the file name is
 * wrong. Read-only containers, and those with contents of others, are never replaced. Empty files may be replaced, as may files with the
 * extension of an archive and no other kind of content.
 * @param source the existing content
 * @throws BlpkError EXISTS
 */
async function checkReplaceable(source: ByteSource, content: Content): Promise<void> {
  const is = await obstacle(source, content)
  if (is !== undefined) throw kept(source.name, is, content)
}

/** The same for a file, which need not exist. @throws BlpkError EXISTS, IO */
export async function checkReplaceableFile(path: string, content: Content): Promise<void> {
  // Streams are not replaced, and reading a pipe would wait for a writer.
  if (outputPlace(path).kind !== 'file' || lookAt(path)?.isFile() !== true) return
  await checkOpened(() => Promise.resolve(new FileSource(path)), content)
}

/**
 * The same for a place with a scheme, which need not exist or be readable.
 * @throws BlpkError EXISTS, NETWORK
 */
export async function checkReplaceablePlace(
  open: () => Promise<ByteSource | undefined>,
  content: Content,
): Promise<void> {
  await checkOpened(open, content)
}

/** A writable place need not be readable, or exist. */
const PASSED: readonly ErrorCode[] = ['NOT_FOUND', 'DENIED', 'IO']

async function checkOpened(open: () => Promise<ByteSource | undefined>, content: Content): Promise<void> {
  let source: ByteSource | undefined
  try {
    source = await open()
  } catch (error) {
    if (error instanceof BlpkError && PASSED.includes(error.code)) return
    throw error
  }
  try {
    if (source !== undefined) await checkReplaceable(source, content)
  } finally {
    await source?.close()
  }
}

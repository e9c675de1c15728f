// Opens sources and sinks: a path, an address, memory, or a stream.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { FindMutable } from '../bytes/mutable-parts.js'
import { type Closable, disposable } from '../core/dispose.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import type { FileSinkOptions } from '../disk/new-file.js'
import { openSnapshot, type ReadOptions } from '../disk/read-archive.js'
import { openPathSink } from '../sinks/path.js'
import type { Content } from '../sinks/replaceable.js'
import { MemorySource } from '../sources/memory.js'
import { openPlain } from '../sources/npy.js'
import { openPath } from '../sources/path.js'
import type { PlainSource } from '../sources/plain.js'
import { type ByteIterable, StreamSource } from '../sources/stream.js'
import type { PlaceSettings, SinkSettings } from '../store/settings.js'
import { openRemoteSink, openRemoteSource, schemeOf } from './registry.js'

/** Whatever bytes can be read from: a path or address, bytes, a stream or any iterable of bytes, or a source. */
export type Readable = PlaceName | Uint8Array | ByteIterable | ByteSource

/**
 * Opens anything that bytes can be read from: a path, `s3://bucket/key`, `https://…`, bytes, a stream. Close it yourself.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK
 * @example
 * ```ts
 * import { openSource } from 'blpk'
 *
 * const source = await openSource('s3://bucket/data.blp')
 * const front = new Uint8Array(32)
 * const nbytes = await source.read(0, front) // bytes 0 to 31, in one request
 * await source.close()
 * ```
 */
export async function openSource(
  from: Readable,
  settings: PlaceSettings = {},
): Promise<ByteSource & Closable> {
  return disposable(await sourceOf(from, settings))
}

async function sourceOf(from: Readable, settings: PlaceSettings): Promise<ByteSource> {
  if (typeof from === 'string' || from instanceof URL) {
    const name = placeName(from)
    return (await openRemoteSource(name, settings)) ?? (await openPath(name, settings)).source
  }
  if (from instanceof Uint8Array) return new MemorySource(from)
  return 'seekable' in from ? from : new StreamSource(from)
}

/**
 * Opens a sink for a path or `s3://bucket/key`. What is written becomes visible with `commit`, as a whole.
 * @param options.content what is going to be written: data of another kind are then not overwritten
 * @throws BlpkError EXISTS, NOT_FOUND, IO, DENIED, NETWORK
 * @example
 * ```ts
 * import { openSink } from 'blpk'
 *
 * const sink = await openSink('out.bin', { overwrite: true })
 * await sink.write(new Uint8Array(100))
 * await sink.commit()
 * ```
 */
export async function openSink(
  place: PlaceName,
  options: SinkSettings & FileSinkOptions & { content?: Content } = {},
): Promise<ByteSink> {
  const { content, ...rest } = options
  const to = placeName(place)
  if (content !== undefined && rest.overwrite === true) await checkOverwrite(to, content, rest)
  return (await openRemoteSink(to, rest)) ?? openPathSink(to, rest)
}

/** Archives do not replace other data, and other data do not replace archives. @throws BlpkError EXISTS */
async function checkOverwrite(to: string, content: Content, settings: PlaceSettings): Promise<void> {
  const { checkReplaceableFile, checkReplaceablePlace } = await import('../sinks/replaceable.js')
  if (schemeOf(to) === undefined) await checkReplaceableFile(to, content)
  else await checkReplaceablePlace(() => openRemoteSource(to, settings), content)
}

/**
 * A source for an archive. One in a file is read in the state that it has now, even if others append to it
 * meanwhile; what a writer that was killed left undone is rolled back.
 * @param find says what a change may alter
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openArchiveSource(
  from: Readable,
  find: FindMutable,
  options: ReadOptions & PlaceSettings = {},
): Promise<ByteSource & Closable> {
  if (typeof from !== 'string' && !(from instanceof URL)) return openSource(from, options)
  const name = placeName(from)
  return schemeOf(name) === undefined ? openSnapshot(name, find, options) : openSource(name, options)
}

/**
 * Opens an input as plain bytes to pack. A `.npy` file is recognised by its first bytes, unless `raw` is set.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE or UNSUPPORTED for a `.npy` file that cannot be packed
 */
export async function plainSource(
  from: Readable,
  options: { raw?: boolean } & PlaceSettings = {},
): Promise<PlainSource & Closable> {
  return disposable(await openPlain(await openSource(from, options), options))
}

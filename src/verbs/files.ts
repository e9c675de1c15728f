import { statSync } from 'node:fs'
import type { ByteSink } from '../bytes/byte-sink.js'
import { attempt } from '../core/io-errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import type { LockOptions } from '../disk/changing-file.js'
import type { FileSinkOptions } from '../disk/new-file.js'
import { replacing } from '../disk/replace.js'
import type { PackOptions, RunOptions } from '../engine/options.js'
import { Archive, type OpenOptions } from '../format/bloscpack/archive.js'
import { BloscpackSink } from '../format/bloscpack/sink.js'
import { type UnpackResult, unpack } from '../format/bloscpack/unpack.js'
import type { PackResult } from '../format/output.js'
import { pack } from '../format/pack.js'
import { findMutable } from '../format/registry.js'
import { openArchiveSource, openSink, openSource } from '../places/open.js'
import { schemeOf } from '../places/registry.js'
import { MemorySink } from '../sinks/memory.js'
import { npyPrefix } from '../sinks/npy.js'
import { BytesPlainSink } from '../sinks/plain.js'
import type { Content } from '../sinks/replaceable.js'
import { MemorySource } from '../sources/memory.js'
import { openPlain } from '../sources/npy.js'
import { BytesPlainSource } from '../sources/plain.js'
import { mayLieAboutSize } from '../sources/unsized.js'
import type { PlaceSettings } from '../store/settings.js'

/** What files and memory have in common as outputs. */
export interface OutputOptions extends PlaceSettings {
  /** Replace an existing output file. */
  overwrite?: boolean
  /** Treat `.npy` as plain bytes: pack its header too, or leave it out when unpacking. */
  raw?: boolean
}

/**
 * Packs a file or object into an archive; either may be an address (`s3://…`, input `https://…`). A `.npy` becomes an archive of the array.
 * @throws BlpkError NOT_FOUND, EXISTS, IO, …; no output is left then
 */
export async function packFile(
  from: PlaceName,
  to: PlaceName,
  options: PackOptions & OutputOptions & LockOptions = {},
): Promise<PackResult> {
  const [input, output] = [placeName(from), placeName(to)]
  const source = await openSource(input, options)
  try {
    const plain = await openPlain(source, options)
    const beforeReplace = replacing(findMutable, options)
    const sink = await sinkFor(input, output, 'archive', { ...options, beforeReplace })
    return await pack(plain, new BloscpackSink(sink), options)
  } finally {
    await source.close()
  }
}

/** Between files, mode and times carry over. */
async function sinkFor(
  input: string,
  output: string,
  content: Content,
  options: OutputOptions & FileSinkOptions,
): Promise<ByteSink> {
  if (schemeOf(input) !== undefined) return openSink(output, { ...options, content })
  const stat = attempt('open', input, () => statSync(input))
  if (!stat.isFile()) return openSink(output, { ...options, content })
  return openSink(output, {
    ...options,
    content,
    ...(mayLieAboutSize(stat) ? { within: [stat] } : { like: stat }),
  })
}

/**
 * Unpacks an archive file; one that holds a NumPy array becomes a `.npy`.
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and position, …; no output is left then
 */
export async function unpackFile(
  from: PlaceName,
  to: PlaceName,
  options: RunOptions & OutputOptions & OpenOptions = {},
): Promise<UnpackResult> {
  const [input, output] = [placeName(from), placeName(to)]
  const source = await openArchiveSource(input, findMutable, options)
  try {
    const archive = await Archive.open(source, options)
    const prefix = options.raw === true ? undefined : npyPrefix(archive)
    const sink = new BytesPlainSink(await sinkFor(input, output, 'plain', options), prefix)
    sink.expect(archive.nbytes)
    return await unpack(archive, sink, options)
  } finally {
    await source.close()
  }
}

/** Packs bytes into an archive in memory. */
export async function packBytes(bytes: Uint8Array, options: PackOptions = {}): Promise<Uint8Array> {
  const sink = new MemorySink()
  await pack(new BytesPlainSource(new MemorySource(bytes)), new BloscpackSink(sink), options)
  return sink.bytes
}

/** Unpacks an archive in memory to its plain bytes. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED */
export async function unpackBytes(
  archive: Uint8Array,
  options: RunOptions & OpenOptions = {},
): Promise<Uint8Array> {
  const sink = new MemorySink()
  await unpack(await Archive.open(new MemorySource(archive), options), new BytesPlainSink(sink), options)
  return sink.bytes
}

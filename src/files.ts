import { statSync } from 'node:fs'
import type { LockOptions } from './disk/changing-file.js'
import { openArchiveFile } from './disk/read-archive.js'
import { replacing } from './disk/replace.js'
import { Archive, type OpenOptions } from './engine/archive.js'
import { BloscpackSink } from './engine/bloscpack-sink.js'
import type { PackOptions, RunOptions } from './engine/options.js'
import { type PackResult, pack } from './engine/pack.js'
import { type UnpackResult, unpack } from './engine/unpack.js'
import { attempt } from './io-errors.js'
import { FileSink, type FileSinkOptions } from './sinks/file.js'
import { MemorySink } from './sinks/memory.js'
import { npyPrefix } from './sinks/npy.js'
import { BytesPlainSink } from './sinks/plain.js'
import type { ByteSource } from './sources/byte-source.js'
import { FileSource } from './sources/file.js'
import { MemorySource } from './sources/memory.js'
import { openPlain } from './sources/npy.js'
import { BytesPlainSource } from './sources/plain.js'

/** What files and memory have in common as outputs. */
export interface OutputOptions {
  /** Replace an existing output file. */
  overwrite?: boolean
  /** Treat `.npy` as plain bytes: pack its header too, or leave it out when unpacking. */
  raw?: boolean
}

function openArchive(source: ByteSource, options: OpenOptions): Promise<Archive> {
  return Archive.open(source, options)
}

/**
 * Packs a file into an archive file; a `.npy` becomes an archive of the array.
 * @throws BlpkError NOT_FOUND, EXISTS, IO, …; no output is left then
 */
export async function packFile(
  input: string,
  output: string,
  options: PackOptions & OutputOptions & LockOptions = {},
): Promise<PackResult> {
  const source = new FileSource(input)
  try {
    const plain = await openPlain(source, options)
    return await pack(
      plain,
      new BloscpackSink(openSink(input, output, { ...options, beforeReplace: replacing(options) })),
      options,
    )
  } finally {
    source.close()
  }
}

function openSink(input: string, output: string, options: FileSinkOptions): FileSink {
  const like = attempt('open', input, () => statSync(input))
  return new FileSink(output, { ...options, like })
}

/**
 * Unpacks an archive file; one that holds a NumPy array becomes a `.npy`.
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and position, …; no output is left then
 */
export async function unpackFile(
  input: string,
  output: string,
  options: RunOptions & OutputOptions & OpenOptions = {},
): Promise<UnpackResult> {
  const source = await openArchiveFile(input)
  try {
    const archive = await openArchive(source, options)
    const prefix = options.raw === true ? undefined : npyPrefix(archive)
    return await unpack(archive, new BytesPlainSink(openSink(input, output, options), prefix), options)
  } finally {
    source.close()
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
  await unpack(await openArchive(new MemorySource(archive), options), new BytesPlainSink(sink), options)
  return sink.bytes
}

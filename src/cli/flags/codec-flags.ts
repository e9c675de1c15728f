import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import type { CodecName } from '../../codecs/registry.js'
import { usage } from '../../core/errors.js'
import { attempt } from '../../core/io-errors.js'
import { membersOf, objectOf } from '../../core/json/edit.js'
import type { LockOptions } from '../../disk/changing-file.js'
import type { CodecOptions, PackOptions, RunOptions } from '../../engine/options.js'
import { type Context, say } from '../context.js'
import { isDash, shown } from '../dash.js'
import { oneLine } from '../exit.js'
import type { ProgressView } from '../view/progress.js'
import { CODECS } from './option-names.js'
import type { CliOptions } from './options.js'

function bloscCodec(name: string): CodecName {
  const found = CODECS.find((codec) => codec === name)
  if (found === undefined) throw usage(`unknown codec '${name}' (there are ${CODECS.join(', ')})`)
  return found
}

/** The options of how chunks of Bloscpack archives are compressed, as the engine takes them. @throws BlpkError USAGE */
export function codecOptions(o: CliOptions): CodecOptions {
  return {
    ...(o.codec !== undefined && { codec: bloscCodec(o.codec) }),
    ...(o.clevel !== undefined && { level: o.clevel }),
    ...(o.shuffle !== undefined && { shuffle: o.shuffle === false ? 'none' : o.shuffle }),
    ...(o.typesize !== undefined && { typesize: o.typesize }),
    ...(o.blockSize !== undefined && { blockSize: o.blockSize }),
  }
}

/** The options of packing a Bloscpack archive, as the engine takes them. @throws BlpkError USAGE */
export function packOptions(o: CliOptions): PackOptions {
  return {
    ...codecOptions(o),
    ...(o.chunkSize !== undefined && { chunkSize: o.chunkSize }),
    ...(o.checksum !== undefined && { checksum: o.checksum }),
    ...(o.offsets !== undefined && { offsets: o.offsets }),
    ...(o.maxAppChunks !== undefined && { maxAppChunks: o.maxAppChunks }),
  }
}

/** How a change of an archive waits for others, as the engine takes it. */
export function lockOptions(context: Context): LockOptions {
  const { lock, lockTimeout, quiet } = context.options
  return {
    signal: context.signal,
    ...(lock !== undefined && { lock }),
    ...(lockTimeout !== undefined && { lockTimeout }),
    ...(quiet !== true && { onNote: (message) => say(`note: ${oneLine(message)}`) }),
  }
}

/** The options of a run, as the engine takes them. */
export function runOptions(context: Context, view: ProgressView): RunOptions {
  const { nthreads } = context.options
  return {
    signal: context.signal,
    callerWorks: true,
    onProgress: (progress) => view.update(progress),
    ...(nthreads !== undefined && { threads: nthreads }),
  }
}

/**
 * Reads the file of -m.
 * @param inputs the arguments that the data come from
 * @returns compact JSON text, or undefined without -m
 * @throws BlpkError USAGE where it is not JSON, NOT_FOUND, IO
 */
export async function readMetadata(o: CliOptions, ...inputs: string[]): Promise<string | undefined> {
  const { metadata: file } = o
  if (file === undefined) return undefined
  if (isDash(file) && inputs.some(isDash))
    throw usage('data and metadata cannot both come from standard input')
  const bytes = isDash(file) ? await buffer(process.stdin) : attempt('read', file, () => readFileSync(file))
  const { compactJson, readingJson } = await import('../../core/json/json.js')
  const { decodeJson } = await import('../../core/json/decode.js')
  try {
    return compactJson(readingJson('the metadata', () => decodeJson(bytes)))
  } catch (error) {
    throw usage(`'${shown(file)}': ${(error as Error).message}`)
  }
}

/** Metadata of one's own beside those that say what array it is, so that the array still comes back. */
export function withArray(own: string | undefined, array: string | undefined): string | undefined {
  if (own === undefined || array === undefined) return own
  if (!own.startsWith('{')) throw usage('metadata for a .npy file must be a JSON object (or use --raw)')
  const [mine, described] = [membersOf(own) ?? [], membersOf(array) ?? []]
  const clash = mine.find(({ key }) => described.some((member) => member.key === key))
  if (clash !== undefined) {
    throw usage(
      `the metadata have a key '${clash.key}', which describes the array of a .npy file (use --raw)`,
    )
  }
  return objectOf([...mine, ...described])
}

// User-defined codecs, which work on plain views instead of addresses.

import { BlpkError, type ErrorPlace } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { type Module, noteModule } from '../filters/modules.js'
import type { Codec, CodecContext, CodecTraits, EncodeContext, StreamContext } from './codec.js'
import { addCodec } from './registry.js'

/** A codec of your own, over plain views of the streams. */
export interface UserCodec {
  name: string
  /** 160 to 255, or the number of one of C-Blosc2's own plugins that is not built in. */
  ids: { blosc2: number }
  /** Default: never split, not lossy, a speed of 100 MB/s, and usable in threads if the module is known. */
  traits?: Partial<CodecTraits>
  /** Called and awaited once in each thread, before the first stream. Load WebAssembly modules here. */
  load?(): Promise<void> | void
  /**
   * Compresses `input`. Left out if the codec can only be read.
   * @returns bytes written to `output`, or 0 for "store it plain"
   */
  encode?(input: Uint8Array, output: Uint8Array, context: EncodeContext): MaybePromise<number>
  /** Fills `output`. @returns bytes written; fewer than its length if the stream is malformed */
  decode(input: Uint8Array, output: Uint8Array, context: CodecContext): MaybePromise<number>
}

const TRAITS: CodecTraits = {
  splits: { blosc1: false, blosc2: 0 },
  highRatio: false,
  speed: { compress: 100, decompress: 100 },
  threads: true,
}

/** The number of bytes that a codec returned; `otherwise` if it is invalid. */
function checked(written: unknown, most: number, otherwise: number): number {
  return Number.isInteger(written) && (written as number) >= 0 && (written as number) <= most
    ? (written as number)
    : otherwise
}

function settled(written: MaybePromise<number>, most: number, otherwise: number): MaybePromise<number> {
  if (written instanceof Promise) return written.then((n) => checked(n, most, otherwise))
  return checked(written, most, otherwise)
}

/** Any error that a codec throws for a stream means that the stream is malformed. */
function malformed(name: string, place: ErrorPlace, error: unknown): unknown {
  if (error instanceof BlpkError) return error
  return new BlpkError('DAMAGED', `the codec ${name} failed: ${(error as Error).message}`, place, error)
}

function decodeOver(codec: UserCodec, c: StreamContext): MaybePromise<number> {
  const { ws, dst, dstBytes, place } = c
  const fail = (error: unknown): never => {
    throw malformed(codec.name, place, error)
  }
  try {
    const written = codec.decode(ws.view(c.src, c.srcBytes), ws.view(dst, dstBytes), c)
    const size = settled(written, dstBytes, -1)
    return typeof size === 'number' ? size : size.catch(fail)
  } catch (error) {
    return fail(error)
  }
}

/**
 * Adds a codec of your own, for Blosc2 frames and arrays.
 * @param options module: the address of the module that calls this (`import.meta.url`). Worker threads import it, so the
 * codec runs there too; it must do nothing but register. Without it, the codec runs in the calling thread
 * @throws BlpkError USAGE for a number that is out of range, or a number or name that is taken
 * @example
 * ```ts
 * import { compress, registerCodec } from 'blpk'
 *
 * registerCodec(
 *   {
 *     name: 'invert',
 *     ids: { blosc2: 200 },
 *     encode: (input, output) => {
 *       if (output.length < input.length) return 0 // does not fit: store it plain
 *       output.set(input.map((byte) => ~byte))
 *       return input.length
 *     },
 *     decode: (input, output) => {
 *       output.set(input.map((byte) => ~byte))
 *       return input.length
 *     },
 *   },
 *   { module: import.meta.url },
 * )
 * await compress('data.npy', 'data.b2nd', { codec: 'invert' })
 * ```
 */
export function registerCodec(codec: UserCodec, { module }: Module = {}): void {
  const { name, ids, traits, load, encode } = codec
  const { threads, ...rest } = { ...TRAITS, ...traits }
  const known: Codec = {
    name,
    ids: { blosc2: ids.blosc2 },
    traits: { ...rest, threads: threads && module !== undefined },
    module,
    ...(load !== undefined && { load: () => codec.load?.() }),
    ...(encode !== undefined && {
      encode: (c: StreamContext) => {
        const { ws, dstBytes } = c
        const written = codec.encode?.(ws.view(c.src, c.srcBytes), ws.view(c.dst, dstBytes), c) ?? 0
        return settled(written, dstBytes, 0)
      },
    }),
    decode: (c) => decodeOver(codec, c),
  }
  addCodec(known)
  noteModule(module)
}

// The core of unpacking: from any compressed source to any sink of plain bytes.

import { interrupted } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import type { PlainSink } from '../sinks/plain.js'

/**
 * What gives plain bytes out of compressed ones: a {@link Dataset}, a generator, or a class of your own. Each piece may be
 * used until the next one is asked for.
 */
export interface CompressedSource extends AsyncIterable<Uint8Array> {
  /** Size of the plain bytes; undefined if it is only known after reading everything. */
  readonly nbytes?: number | undefined
  /**
   * Writes all plain bytes of a source to a sink, in as many threads as pay off.
   * @throws BlpkError whatever source and sink throw, INTERRUPTED; the sink is aborted then
   * @example
   * ```ts
   * import { BytesPlainSink, MemorySink, open, unpack } from 'blpk'
   *
   * const memory = new MemorySink()
   * await using data = await open('data.blp')
   * const { nbytes } = await unpack(data, new BytesPlainSink(memory))
   * console.log(nbytes === memory.bytes.length)
   * ```
   */
  unpack?(sink: PlainSink, options: RunOptions): Promise<{ nbytes: number }>
}

/** Result of unpacking. */
export interface UnpackResult {
  /** Plain bytes written. */
  nbytes: number
}

/**
 * Writes all plain bytes of a source to a sink, in as many threads as are worth it.
 * @throws BlpkError what source and sink throw, INTERRUPTED; the sink was aborted then
 */
export async function unpack(
  source: CompressedSource,
  sink: PlainSink,
  options: RunOptions = {},
): Promise<UnpackResult> {
  if (source.unpack !== undefined) return { nbytes: (await source.unpack(sink, options)).nbytes }
  const { signal, onProgress } = options
  const total = source.nbytes === undefined ? {} : { total: source.nbytes }
  let plain = 0
  try {
    for await (const piece of source) {
      signal?.throwIfAborted()
      await sink.write(piece)
      plain += piece.length
      onProgress?.({ plain, packed: 0, ...total })
    }
    await sink.finish()
    return { nbytes: plain }
  } catch (error) {
    await sink.abort()
    throw interrupted(error, signal)
  }
}

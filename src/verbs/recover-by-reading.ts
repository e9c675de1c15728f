// Saves what is left of a container that cannot do so itself: what can be read is kept, and all else is lost.

import type { ByteSink } from '../bytes/byte-sink.js'
import { asDamage, type BlpkError, damaged } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import type { Container } from '../format/container.js'
import { damageFinding, type Finding } from '../format/damage/finding.js'
import type { Opened } from '../format/opened.js'
import type { RecoverOptions, Recovery } from '../format/recovery.js'
import { BytesPlainSource } from '../sources/plain.js'
import { StreamSource } from '../sources/stream.js'
import type { ContainerPlace } from './open.js'
import { metadataOf } from './plain-of.js'

/** What is read at once, in bytes, unless that would make too many stretches. */
const STRETCH_BYTES = 65_536
const MOST_STRETCHES = 65_536
const ZEROS = new Uint8Array(65_536)
/** A small container that only claims to be large must not fill a disk with zeros: so many times its size, and this. */
const FILL_FACTOR = 256
const FILL_SLACK = 2 ** 20

/** Plain bytes, from `start` to `stop`. */
interface Stretch {
  start: number
  stop: number
  problem?: BlpkError
}

async function problemIn(opened: Opened, { start, stop }: Stretch): Promise<BlpkError | undefined> {
  let at = start
  try {
    for await (const piece of opened.pieces(start, stop, {})) at += piece.length
  } catch (error) {
    return asDamage(error)
  }
  return at === stop ? undefined : damaged(`the data end at byte ${at} of ${opened.nbytes}`)
}

async function survey(opened: Opened, nbytes: number, { signal }: RunOptions): Promise<Stretch[]> {
  const step = Math.max(STRETCH_BYTES, Math.ceil(nbytes / MOST_STRETCHES))
  const found: Stretch[] = []
  for (let start = 0; start < nbytes; start += step) {
    signal?.throwIfAborted()
    const stretch = { start, stop: Math.min(start + step, nbytes) }
    const problem = await problemIn(opened, stretch)
    found.push({ ...stretch, ...(problem !== undefined && { problem }) })
  }
  return found
}

async function* piecesOf(
  opened: Opened,
  stretches: readonly Stretch[],
  { signal }: RunOptions,
): AsyncGenerator<Uint8Array> {
  for (const { start, stop, problem } of stretches) {
    signal?.throwIfAborted()
    if (problem === undefined) yield* opened.pieces(start, stop, { signal })
    else for (let at = start; at < stop; at += ZEROS.length) yield ZEROS.subarray(0, stop - at)
  }
}

function findingOf({ start, stop, problem }: Stretch): Finding[] {
  return problem === undefined ? [] : [{ ...damageFinding(problem), lost: { start, stop } }]
}

const bytesIn = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { start, stop }) => sum + stop - start, 0)

/** @throws BlpkError DAMAGED if nothing can be read, IO, INTERRUPTED */
export async function recoverByReading(
  container: Container,
  place: ContainerPlace,
  o: RecoverOptions,
): Promise<Recovery> {
  const { maxChunk, threads } = o
  const opened = await container.open(place, {
    ...(maxChunk !== undefined && { maxChunk }),
    ...(threads !== undefined && { threads }),
  })
  const all = await survey(opened, opened.nbytes ?? 0, o)
  const lost = all.filter(({ problem }) => problem !== undefined)
  if (lost.length > 0 && lost.length === all.length)
    throw lost[0]?.problem ?? damaged('nothing can be recovered')
  const most = FILL_SLACK + FILL_FACTOR * (place.source.size ?? 0)
  const isFilled = o.fill === 'zeros' && bytesIn(lost) <= most
  const kept = isFilled ? all : all.filter(({ problem }) => problem === undefined)
  const isWhole = kept.length === all.length
  const metadata = isWhole ? metadataOf(opened) : undefined
  const size = bytesIn(kept)
  const { typesize, name } = opened
  return {
    report: {
      ok: lost.length === 0,
      findings: lost.flatMap(findingOf),
      kept: all.length - lost.length,
      lost: lost.length,
      filled: isFilled ? lost.length : 0,
      nbytes: size,
    },
    layout: () => (isWhole ? opened.array?.() : undefined),
    async writeSound(sink: ByteSink, options) {
      const bytes = new StreamSource(piecesOf(opened, kept, options), name, size)
      const traits = { size, typesize, ...(metadata !== undefined && { metadata }) }
      const output = {
        name: sink.name,
        bytes: async () => sink,
        directory: () => Promise.reject(damaged('what is left of a directory goes into one file')),
      }
      await container.pack(new BytesPlainSource(bytes, traits), output, opened.format, {
        ...options,
        from: opened,
      })
    },
    async writePlain(sink, options) {
      try {
        let plain = 0
        for await (const piece of piecesOf(opened, kept, options)) {
          await sink.write(piece)
          plain += piece.length
          options.onProgress?.({ plain, packed: plain, total: size })
        }
        await sink.finish()
      } catch (error) {
        await sink.abort()
        throw error
      }
    },
  }
}

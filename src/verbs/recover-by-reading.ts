// Saves what is left of a container that cannot do so itself: what can be read is kept, and all else is lost.

import { ndarrayIn } from '../array/npy/index.js'
import type { ByteSink } from '../bytes/byte-sink.js'
import { asDamage, damaged, unsupported } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import { type Container, packing } from '../format/container.js'
import { damageFinding, type Finding, note } from '../format/damage/finding.js'
import { type Described, type KeptMetadata, metadataFor } from '../format/damage/keep.js'
import { describeSpan, type PlainLayout } from '../format/damage/lost.js'
import type { Opened, OpenPlace } from '../format/opened.js'
import type { RecoverOptions, Recovery } from '../format/recovery.js'
import type { PlainSink } from '../sinks/plain.js'
import { BytesPlainSource } from '../sources/plain.js'
import { StreamSource } from '../sources/stream.js'
import { metadataOf } from './plain-of.js'
import {
  bytesIn,
  type LostStretch,
  lostStretches,
  piecesOf,
  readableStretches,
  type Stretch,
} from './readable-stretches.js'

/** A small container that only claims to be large must not fill a disk with zeros: so many times its size, and this. */
const FILL_FACTOR = 256
const FILL_SLACK = 2 ** 20

/** What is kept of a container, ready to be written. */
interface Left {
  container: Container
  opened: Opened
  kept: readonly Stretch[]
  /** Plain bytes of them. */
  nbytes: number
  metadata: KeptMetadata
}

/** What the container says of its content, if that can still be read. */
function described(opened: Opened): Pick<Described, 'json' | 'array'> & { findings: Finding[] } {
  try {
    const json = metadataOf(opened)
    return { json, array: ndarrayIn(json), findings: [] }
  } catch (error) {
    const problem = asDamage(error)
    const message = `${problem.message}: the metadata is lost`
    return { json: undefined, array: undefined, findings: [damageFinding(problem, { message })] }
  }
}

function lostFindings(lost: readonly LostStretch[], layout: PlainLayout): Finding[] {
  return lost.map(({ start, stop, problem }) =>
    damageFinding(problem, { lost: describeSpan({ start, stop }, layout) }),
  )
}

async function writeSound(
  { container, opened, kept, nbytes, metadata }: Left,
  sink: ByteSink,
  o: RunOptions,
) {
  const { name, typesize, format } = opened
  const bytes = new StreamSource(piecesOf(opened, kept, o), name, nbytes)
  const traits = { size: nbytes, typesize, ...(metadata.json !== undefined && { metadata: metadata.json }) }
  const output = {
    name: sink.name,
    bytes: async () => sink,
    directory: () => Promise.reject(damaged('a directory can only be recovered to a file')),
  }
  await packing(container, format).pack(new BytesPlainSource(bytes, traits), output, format, {
    ...o,
    from: opened,
  })
}

async function writePlain({ opened, kept, nbytes }: Left, sink: PlainSink, o: RunOptions): Promise<void> {
  try {
    let plain = 0
    for await (const piece of piecesOf(opened, kept, o)) {
      await sink.write(piece)
      plain += piece.length
      o.onProgress?.({ plain, packed: plain, total: nbytes })
    }
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/**
 * @throws BlpkError DAMAGED if nothing can be read, UNSUPPORTED if nothing says how many bytes there should be, IO,
 * INTERRUPTED
 */
export async function recoverByReading(
  container: Container,
  place: OpenPlace,
  o: RecoverOptions,
): Promise<Recovery> {
  const { maxChunk, threads } = o
  const opened = await container.open(place, {
    ...(maxChunk !== undefined && { maxChunk }),
    ...(threads !== undefined && { threads }),
  })
  const { nbytes: total, typesize } = opened
  if (total === undefined)
    throw unsupported(
      'it does not say how many bytes it holds, so there is no way to tell which of them are lost',
    )
  const all = await readableStretches(opened, total, o)
  const count = all.filter(({ problem }) => problem !== undefined).length
  const lost = lostStretches(all)
  if (count > 0 && count === all.length) throw lost[0]?.problem ?? damaged('nothing can be recovered')
  const mayFill = bytesIn(lost) <= FILL_SLACK + FILL_FACTOR * (place.source.size ?? 0)
  const isFilled = o.fill === 'zeros' && mayFill
  const kept = isFilled ? all : all.filter(({ problem }) => problem === undefined)
  const nbytes = bytesIn(kept)
  const { findings, ...before } = described(opened)
  const metadata = metadataFor({ ...before, total, exact: true }, isFilled ? [] : lost, nbytes)
  const notes = [
    ...(metadata.note !== undefined ? [metadata.note] : []),
    ...(o.fill === 'zeros' && !isFilled
      ? ['lost bytes were left out: there are more of them than a file of this size can hold']
      : []),
  ]
  const left = { container, opened, kept, nbytes, metadata }
  return {
    report: {
      ok: count === 0 && findings.length === 0 && metadata.note === undefined,
      findings: [
        ...findings,
        ...lostFindings(lost, { chunkSize: 0, total, itemsize: typesize, array: before.array }),
        ...notes.map((text) => note(text)),
      ],
      kept: all.length - count,
      lost: count,
      filled: isFilled ? count : 0,
      nbytes,
    },
    layout: () => metadata.array,
    writeSound: (sink, options) => writeSound(left, sink, options),
    writePlain: (sink, options) => writePlain(left, sink, options),
  }
}

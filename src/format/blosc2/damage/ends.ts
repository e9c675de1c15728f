// Reads header and trailer of a damaged frame, and replaces or rebuilds a wrong header.

import { asDamage, BlpkError } from '../../../core/errors.js'
import { checkEnds } from '../../chunks/checksums.js'
import { CHECKSUM_LAYER, type ChecksumLayer, parseChecksumLayer } from '../../frame/checksums.js'
import { type FrameHeader, parseFrameHeader, peekFrame } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { readLayer } from '../chunks/vlmeta.js'
import { arrayOf, isError, numpyDtype } from './array.js'
import type { FrameProbe } from './probe.js'
import { rebuildHeader } from './rebuild-header.js'
import { type FoundTrailer, findTrailer } from './trailer.js'

/** Maximum size of a header that is searched for, in bytes. */
const HEADER_ROOM = 1 << 20

/** Checksums that are up to date. */
interface CurrentChecksums {
  layer: ChecksumLayer | undefined
  /** Whether header, index and trailer are unchanged. */
  sealed: boolean
}

/** Header and trailer of a frame, as far as they exist. */
export interface Ends {
  header: FrameHeader
  /** The bytes of that header; undefined if it was rebuilt. */
  raw: Uint8Array
  /** Why the header in its place cannot be read. */
  headerProblem?: BlpkError
  /** The header was rebuilt: its sizes are guesses. */
  isRebuilt: boolean
  /** A copy in the checksums replaced this header, which is readable but was altered. */
  replaced?: FrameHeader
  /** Only metalayers or defaults differ from the copy. */
  isTouched: boolean
  metaLost: boolean
  trailer: FoundTrailer | undefined
  /** Start of the trailer, or end of a frame without one. */
  chunksStop: number
  /** The bytes between the chunks (by the header) and the trailer. */
  index: Uint8Array
  checks: CurrentChecksums | undefined
  /** There are checksums, but another tool changed the frame since. */
  isStale: boolean
  checksProblem?: BlpkError
  /** User metalayers, still compressed. */
  vlmeta: Layers
}

interface Candidate {
  header: FrameHeader
  raw: Uint8Array
  index: Uint8Array
  seal: 'right' | 'wrong' | 'none'
}

function attempt<T>(work: () => T): T | BlpkError {
  try {
    return work()
  } catch (error) {
    return asDamage(error)
  }
}

async function ownHeader(probe: FrameProbe): Promise<{ header: FrameHeader; raw: Uint8Array } | BlpkError> {
  const { name } = probe.place.source
  const start = await probe.read(0, 25)
  const peeked = attempt(() => peekFrame(start, { path: name }))
  if (peeked instanceof BlpkError) return peeked
  const raw = await probe.read(0, peeked.headerBytes)
  const header = attempt(() => parseFrameHeader(raw, { path: name }))
  return header instanceof BlpkError ? header : { header, raw }
}

async function candidate(
  probe: FrameProbe,
  header: FrameHeader,
  raw: Uint8Array,
  trailer: FoundTrailer | undefined,
): Promise<Candidate> {
  const stop = trailer?.at ?? Math.min(header.frameBytes, probe.place.source.size)
  const at = header.headerBytes + (header.sparse ? 0 : header.cbytes)
  const index = await probe.read(at, Math.max(0, stop - at))
  const seal =
    trailer === undefined ? 'none' : await checkEnds({ header: raw, index, trailer: trailer.bytes })
  return { header, raw, index, seal }
}

interface FoundLayer {
  layer?: ChecksumLayer
  problem?: BlpkError
}

async function findLayer(probe: FrameProbe, trailer: FoundTrailer | undefined): Promise<FoundLayer> {
  const packed = trailer?.layers.get(CHECKSUM_LAYER)
  if (packed === undefined) return {}
  try {
    return { layer: parseChecksumLayer(await readLayer(probe.ws, CHECKSUM_LAYER, packed)) }
  } catch (error) {
    return { problem: asDamage(error) }
  }
}

/** No tool names metalayers otherwise; an array has as many chunks as its frame, and a dtype of NumPy. */
function isMetaBroken({ header }: Candidate, copy: Candidate): boolean {
  const names = [...copy.header.meta.keys()].join('\0')
  if ([...header.meta.keys()].join('\0') !== names) return true
  return !arrayFits(header) && arrayFits(copy.header)
}

function arrayFits(h: FrameHeader): boolean {
  const array = arrayOf(h.meta)
  if (array === undefined) return true
  if (isError(array) || array.count * array.cut.chunkItems * h.typesize !== h.nbytes) return false
  return numpyDtype(array.meta.dtype) !== undefined
}

/** Both are readable and neither is proved: the one that ends with the frame is better. */
function better(own: Candidate, copy: Candidate, end: number): Candidate {
  return copy.header.frameBytes === end && own.header.frameBytes !== end ? copy : own
}

function choose(own: Candidate | undefined, copy: Candidate | undefined, end: number): Candidate | undefined {
  if (own === undefined || copy === undefined) return own ?? copy
  if (own.seal === 'right') return isMetaBroken(own, copy) ? copy : own
  return copy.seal === 'right' ? copy : better(own, copy, end)
}

/** Examines header and trailer of a frame. @throws BlpkError DAMAGED if there is nothing like a header */
export async function surveyEnds(probe: FrameProbe): Promise<Ends> {
  const { size } = probe.place.source
  const found = await ownHeader(probe)
  const isOwn = !(found instanceof BlpkError)
  const trailer = await findTrailer(probe, isOwn ? found.header.frameBytes : undefined)
  const { layer, problem: checksProblem } = await findLayer(probe, trailer)
  const own = isOwn ? await candidate(probe, found.header, found.raw, trailer) : undefined
  const copied = layer === undefined ? undefined : attempt(() => parseFrameHeader(layer.header))
  const copy =
    layer === undefined || copied === undefined || copied instanceof BlpkError
      ? undefined
      : await candidate(probe, copied, layer.header, trailer)
  const end = trailer === undefined ? size : trailer.at + trailer.bytes.length
  const chosen = choose(own, copy, end)
  const rebuilt = chosen === undefined ? rebuildHeader(await probe.read(0, HEADER_ROOM), end) : undefined
  const header = chosen?.header ?? (rebuilt as { header: FrameHeader }).header
  const state = chosen?.seal ?? 'none'
  const vlmeta: Layers = new Map(trailer?.layers)
  vlmeta.delete(CHECKSUM_LAYER)
  const isCurrent = state !== 'none' && trailer?.isComplete === true
  return {
    header,
    raw: chosen?.raw ?? new Uint8Array(),
    ...(!isOwn && { headerProblem: found }),
    isRebuilt: chosen === undefined,
    ...(own !== undefined && chosen !== own && { replaced: own.header }),
    isTouched:
      isCurrent && chosen === own && own !== undefined && copy !== undefined
        ? Buffer.compare(own.raw, copy.raw) !== 0
        : false,
    metaLost: rebuilt?.metaLost === true,
    trailer,
    chunksStop: trailer?.at ?? Math.min(size, Math.max(header.frameBytes, header.headerBytes)),
    index: chosen?.index ?? new Uint8Array(),
    checks: isCurrent ? { layer, sealed: state === 'right' } : undefined,
    isStale: (layer !== undefined || checksProblem !== undefined) && !isCurrent,
    ...(checksProblem !== undefined && isCurrent && { checksProblem }),
    vlmeta,
  }
}

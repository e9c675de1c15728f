// Surveys a damaged frame: finds, checks and orders every chunk, whatever the index says.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { asDamage, type BlpkError, interrupted } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { sizedSource } from '../../../sources/sized.js'
import type { Finding } from '../../damage/finding.js'
import type { FrameHeader } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { isStandIn, objectIn } from '../../frame/objects.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { DEFAULT_MAX_CHUNK } from '../../limits.js'
import { readLayer } from '../chunks/vlmeta.js'
import { arrayOf, isError } from './array.js'
import { type SurveyedChunks, surveyChunks } from './chunks.js'
import { type Ends, surveyEnds } from './ends.js'
import { frameFindings } from './findings.js'
import { type FramePlace, FrameProbe } from './probe.js'
import { type TrueSizes, trueSizes } from './sizes.js'
import type { FrameFacts } from './survey-facts.js'

export interface FrameSurveyOptions extends RunOptions {
  /** Ignore chunks that claim more plain bytes than this. Default: 2 GiB. */
  maxChunk?: number
  /** The directory of a sparse frame. */
  directory?: string | undefined
}

/** The contents of a frame, whatever its header says. */
export interface FrameSurvey extends FrameFacts {
  /** Uncompressed contents. */
  vlmeta: Layers
  findings: Finding[]
}

function trueHeaderOf(ends: Ends, chunks: SurveyedChunks, sizes: TrueSizes): FrameHeader {
  const { header, trailer } = ends
  const isVariable = sizes.sizes !== undefined
  const isKnown = !header.sparse && chunks.chunks.length > 0 && chunks.indexProblem === undefined
  return {
    ...header,
    frameBytes: trailer === undefined ? header.frameBytes : trailer.at + trailer.bytes.length,
    nbytes: sizes.nbytes ?? header.nbytes,
    cbytes: isKnown ? (chunks.cbytes ?? header.cbytes) : header.cbytes,
    chunksize: isVariable || chunks.chunks.length === 0 ? header.chunksize : sizes.chunksize,
  }
}

async function readLayers(
  probe: FrameProbe,
  packed: Layers,
): Promise<Pick<FrameSurvey, 'vlmeta' | 'layerProblems'>> {
  const vlmeta: Layers = new Map()
  const layerProblems = new Map<string, BlpkError>()
  for (const [name, bytes] of packed) {
    try {
      vlmeta.set(name, await readLayer(probe.ws, name, bytes))
    } catch (error) {
      layerProblems.set(name, asDamage(error))
    }
  }
  return { vlmeta, layerProblems }
}

/** What a rebuilt header does not say, the chunks do. */
function fillHeader({ header, isRebuilt }: Ends, { chunks }: SurveyedChunks): void {
  const first = chunks.find((chunk) => 'sound' in chunk)
  if (!isRebuilt || header.nbytes > 0 || first === undefined || !('sound' in first)) return
  header.blocksize = first.sound.blocksize
  header.typesize = first.sound.typesize
}

function objectOf(
  meta: Layers,
  vlmeta: Layers,
  { chunks }: SurveyedChunks,
): Pick<FrameFacts, 'object' | 'isStandIn'> {
  const object = objectIn(meta, vlmeta)
  const allStored = chunks.every((chunk) => 'sound' in chunk)
  return { object, isStandIn: isStandIn(object, { meta, vlmeta, nchunks: chunks.length, allStored }) }
}

async function survey(place: FramePlace, o: FrameSurveyOptions): Promise<FrameSurvey> {
  const { maxChunk = DEFAULT_MAX_CHUNK, signal } = o
  const probe = new FrameProbe(place, { maxChunk, signal })
  const ends = await surveyEnds(probe)
  const array = arrayOf(ends.header.meta)
  const known = array === undefined || isError(array) ? undefined : array
  const layers = await readLayers(probe, ends.vlmeta)
  const schunk = traitsOf(ends.header, layers.vlmeta)
  probe.traits = { itemBytes: schunk.typesize, blockshape: known?.cut.blockshape, schunk }
  const chunks = await surveyChunks(probe, ends, o)
  fillHeader(ends, chunks)
  const sizes = trueSizes(ends.header, ends.isRebuilt, chunks.chunks, known)
  const trueHeader = trueHeaderOf(ends, chunks, sizes)
  const object = objectOf(trueHeader.meta, layers.vlmeta, chunks)
  const facts = {
    ...{ ends, chunks, sizes, array, trueHeader, ...layers, ...object },
    ...{ others: false, size: place.source.size },
  }
  return { ...facts, findings: frameFindings(facts) }
}

/**
 * Finds every plausible chunk of a frame: by the index, by the checksums, and by walking. Each is
 * decompressed, and checked if there are up-to-date checksums.
 * @returns the contents, and all problems
 * @throws BlpkError DAMAGED if there is nothing like a frame; USAGE for a pipe; IO, INTERRUPTED
 */
export async function surveyFrame(
  source: ByteSource,
  options: FrameSurveyOptions = {},
): Promise<FrameSurvey> {
  try {
    return await survey({ source: sizedSource(source), directory: options.directory }, options)
  } catch (error) {
    throw interrupted(error, options.signal)
  }
}

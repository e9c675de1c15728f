// Packs an array into a dataset of an HDF5 file.

import { type NdarrayLayout, numpyOrder } from '../../../array/npy/index.js'
import { changedError, usage } from '../../../core/errors.js'
import { runOptionsOf } from '../../../engine/options.js'
import { checkEnd } from '../../../engine/plain-chunks.js'
import type { PlainSource } from '../../../sources/plain.js'
import { type ArrayInput, arrayChunks } from '../../chunks/array-chunks.js'
import { withArrayLayout } from '../../chunks/array-layout.js'
import { compressionFacts, compressionOf, compressionText } from '../../chunks/compression.js'
import { checkLossy } from '../../chunks/lossy.js'
import { packInto } from '../../chunks/pack-into.js'
import { peerWarnings } from '../../chunks/peer-limits.js'
import { chunksIn, packStretches } from '../../chunks/stretches.js'
import type { PackRequest } from '../../container.js'
import { b2ndDtype } from '../../frame/array-layer.js'
import type { Output, PackResult } from '../../output.js'
import type { NewDataset } from '../write/tree.js'
import { ChunkWriter } from './chunk-writer.js'
import type { DatasetFile } from './dataset-file.js'
import { type DatasetPlan, planDataset } from './dataset-plan.js'
import { attributesOf, maxShapeOf, namesOf } from './new-dataset.js'
import { NewFile } from './new-file.js'

/** Values below this size lie in the header of a dataset without axes, in bytes. */
const MOST_COMPACT = 32 * 1024

/** What is written, and where to. */
interface DatasetPacking {
  plain: PlainSource
  layout: NdarrayLayout
  /** Opens the file, once nothing but reading and writing can fail any more. */
  open: OpenDatasetFile
  o: PackRequest
}

export type OpenDatasetFile = () => Promise<DatasetFile>

type Described = Omit<NewDataset, 'storage'>

function describedBy({ plain, layout, o }: DatasetPacking): Described {
  const attributes = attributesOf(o.metadata ?? plain.metadata, o.from, o.onNote)
  return { kind: 'dataset', attributes, descr: layout.descr, itemsize: layout.itemsize, shape: layout.shape }
}

/** A single item: it has no chunks. */
async function packScalar(packing: DatasetPacking): Promise<PackResult> {
  const { plain, layout, open } = packing
  if (layout.nbytes > MOST_COMPACT) throw usage(`an item of ${layout.nbytes} bytes cannot be a dataset`)
  const dataset = describedBy(packing)
  const bytes = new Uint8Array(layout.nbytes)
  if ((await plain.read(bytes)) < bytes.length) throw changedError(plain.name, 'shorter')
  await checkEnd(plain)
  const file = await open()
  try {
    const position = await file.begin({ nbytes: 0, nchunks: 0 })
    const cbytes = await file.finish(position, { ...dataset, storage: { kind: 'compact', bytes } })
    return { nbytes: bytes.length, cbytes, nchunks: 0 }
  } catch (error) {
    throw await file.failed(error)
  }
}

function sayPlan({ plain, layout, o }: DatasetPacking, { cut }: DatasetPlan): void {
  const facts = compressionFacts(compressionOf(o))
  const { chunkshape, blockshape } = cut
  const { shape } = layout
  const cuts = `chunks (${chunkshape.join(', ')}), blocks (${blockshape.join(', ')})`
  o.onPlan?.({
    nbytes: plain.size,
    facts: { ...facts, shape, chunks: chunkshape, blocks: blockshape },
    lines: [compressionText(facts), `shape (${shape.join(', ')}), ${cuts}`],
  })
}

async function packChunked(packing: DatasetPacking): Promise<PackResult> {
  const { plain, layout, open, o } = packing
  const plan = planDataset(layout, o)
  const { cut, params, header, nchunks, chunkBytes, filter } = plan
  const dataset = { ...describedBy(packing), maxShape: maxShapeOf(cut) }
  const file = await open()
  try {
    sayPlan(packing, plan)
    const position = await file.begin({ nbytes: nchunks * chunkBytes, nchunks })
    const writer = new ChunkWriter(file.sink, position, header)
    const input: ArrayInput = { partition: cut, itemBytes: layout.itemsize, order: numpyOrder(layout) }
    await packStretches(plain, input, (axis, read) =>
      packInto(
        writer,
        params,
        chunksIn(arrayChunks(input, axis, read), chunkBytes, nchunks),
        runOptionsOf(o),
      ),
    )
    const { rows, nspecial } = writer
    const storage = { kind: 'chunked', chunkShape: cut.chunkshape, chunks: rows, filters: [filter] } as const
    const cbytes = await file.finish(writer.position, { ...dataset, storage })
    return { nbytes: layout.nbytes, cbytes, nchunks, nspecial }
  } catch (error) {
    throw await file.failed(error)
  }
}

/**
 * Packs a source into a dataset of a file.
 * @param open opens the file
 * @throws BlpkError USAGE, IO, …; nothing is left behind then
 */
export function packDataset(plain: PlainSource, open: OpenDatasetFile, o: PackRequest): Promise<PackResult> {
  const how = compressionOf(o)
  for (const warning of peerWarnings(how)) o.onWarning?.(warning)
  return withArrayLayout(plain, o, (source, layout) => {
    checkLossy(how, b2ndDtype(layout))
    const packing = { plain: source, layout, open, o }
    return layout.shape.length === 0 ? packScalar(packing) : packChunked(packing)
  })
}

/** Packs a source into a new file of one dataset; see `Container.pack`. */
export function packSource(plain: PlainSource, output: Output, o: PackRequest): Promise<PackResult> {
  const names = namesOf(output)
  return packDataset(plain, async () => new NewFile(await output.bytes(), names), o)
}

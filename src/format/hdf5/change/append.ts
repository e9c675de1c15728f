// Appends rows to a dataset: chunks and their index go to the end of the file, then its header is changed.

import { damaged } from '../../../core/errors.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { AppendRequest, AppendResult, ChangePlace } from '../../change.js'
import { compressionOf } from '../../chunks/compression.js'
import { checkLossy } from '../../chunks/lossy.js'
import { b2ndDtype } from '../../frame/array-layer.js'
import { layoutOf } from '../read/items.js'
import { layChunkTree } from '../write/chunk-tree.js'
import { FileChange } from './file-change.js'
import { frameOptions } from './frame-options.js'
import { type GrowingDataset, growingDataset, rowsToAdd } from './growing-dataset.js'
import { growingRanges, grownHeader } from './growing-header.js'
import { type NewRows, planRows, writeRows } from './new-chunks.js'

function resultOf(d: GrowingDataset, added: number, nchunks: number): AppendResult {
  const { items, rowBytes } = d
  const [before = 0, ...rest] = items.shape
  const shape = [before + added, ...rest]
  return {
    nbytes: added * rowBytes,
    totalBytes: shape[0] === undefined ? 0 : shape[0] * rowBytes,
    nchunks,
    shape,
    skipped: false,
  }
}

/** Chunks, index and header. @returns how many chunks the dataset has then */
async function makeChange(
  change: FileChange,
  d: GrowingDataset,
  source: PlainSource,
  rows: NewRows,
  o: AppendRequest,
): Promise<number> {
  const { spec, chunkShape, header, file } = d
  const chunks = await writeRows(change, d, source, rows, o)
  const [, ...rest] = spec.space.shape
  const extent = rows.before + rows.added
  const grid = { shape: [extent, ...rest], chunkShape, itemsize: spec.type.itemsize }
  const index = await change.put(layChunkTree({ position: change.position }, chunks, grid))
  const read = async (position: number, nbytes: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(nbytes)
    if ((await file.bytes.source.read(position, bytes)) < nbytes)
      throw damaged('an object header reaches beyond the end of the file', { offset: position })
    return bytes
  }
  await change.commit(await grownHeader(header, extent, index, read))
  return chunks.count
}

/** Appends the rows of a source to a dataset; see `ContainerChange.append`. */
export async function appendToDataset(
  place: ChangePlace,
  source: PlainSource,
  o: AppendRequest,
): Promise<AppendResult> {
  const d = await growingDataset(place, o)
  const added = rowsToAdd(d, source, o)
  if (added === 0) return resultOf(d, 0, d.values.table.size)
  checkLossy(compressionOf(o), b2ndDtype(layoutOf(d.items)))
  const rows = planRows(d, added, d.framed ? await frameOptions(d, o) : undefined)
  const change = new FileChange(place.source, d.file.superblock, o.signal)
  try {
    await change.begin(growingRanges(d.header))
    return resultOf(d, added, await makeChange(change, d, source, rows, o))
  } catch (error) {
    throw await change.undone(error)
  }
}

// The facts that `info` and `ls` show of a dataset.

import { JsonText } from '../../../core/json/json.js'
import { jsonRatio } from '../../../core/sizes.js'
import { dtypeText, type Facts, type FactsOptions, type FactTable, type Head, ifSound } from '../../facts.js'
import type { DatasetSpec } from '../model.js'
import type { NamedObject } from '../names.js'
import { contentOf } from '../read/content.js'
import { type ItemArray, itemsOf, layoutOf } from '../read/items.js'
import { metadataOf } from '../read/metadata.js'
import type { Values } from '../read/values.js'
import { type ChunkFacts, chunkFacts, chunkTable } from './chunks.js'
import { rowsOf } from './dataset-rows.js'
import { chunkingOf, frameFacts, layoutText } from './storage.js'
import { formatText, kindOf } from './text.js'

/** Items and values; of strings of variable length, which are read to find out how long they are, only on demand. */
async function contentFor(
  { file, spec }: NamedObject<DatasetSpec>,
  isFront: boolean,
): Promise<{ items?: ItemArray | undefined; values?: Values | undefined }> {
  if (isFront && spec.type.kind === 'vlen-string') return {}
  const content = await ifSound(() => contentOf(file, spec, {}))
  // What cannot be read may still have a type.
  return content ?? { items: await ifSound(() => itemsOf(spec)) }
}

/** What can be said of a dataset without its values. */
async function datasetHead({ file, detail }: FactsOptions, found: NamedObject<DatasetSpec>) {
  const { file: h5, spec } = found
  const { items, values } = await contentFor(found, detail === 'front')
  const [nbytes, cbytes] = [items?.nbytes ?? null, values?.cbytes ?? null]
  const head: Head = {
    file,
    format: formatText(h5, 'dataset'),
    shape: items?.shape ?? spec.space.shape,
    dtype: items === undefined ? null : dtypeText(layoutOf(items)),
    nbytes,
    cbytes,
    ratio: nbytes === null || cbytes === null || cbytes === 0 ? null : jsonRatio(nbytes, cbytes),
  }
  return { head, values, typesize: items?.itemsize ?? spec.type.itemsize }
}

async function chunksIn(values: Values | undefined): Promise<{ facts: ChunkFacts[]; tables: FactTable[] }> {
  if (values?.kind !== 'chunked') return { facts: [], tables: [] }
  const facts = await chunkFacts(values)
  return { facts, tables: facts.length === 0 ? [] : [chunkTable(facts, values)] }
}

/** @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export async function factsOfDataset(o: FactsOptions, found: NamedObject<DatasetSpec>): Promise<Facts> {
  const { spec, file, path } = found
  const { head, values, typesize } = await datasetHead(o, found)
  const kind = kindOf(spec)
  if (o.detail === 'front') return { head, more: { typesize, kind }, rows: [], tables: [] }
  if (o.detail === 'head') return { head, more: {}, rows: [], tables: [] }
  const json = await metadataOf(file, spec, undefined)
  const { facts, tables } = await chunksIn(o.detail === 'chunks' ? values : undefined)
  const more = {
    path,
    kind,
    typesize,
    layout: layoutText(spec),
    maxShape: spec.space.maxShape.map((extent) => extent ?? null),
    ...chunkingOf(values),
    filters: spec.filters.map(({ id, name, values: list }) => ({ id, name: name ?? null, values: list })),
    ...frameFacts(values),
    attributes: json === undefined ? null : new JsonText(json),
    ...(o.detail === 'chunks' && { storedChunks: facts }),
  }
  return { head, more, rows: rowsOf(found, { head, values, json }), tables }
}

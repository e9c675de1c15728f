// The facts that `info` and `ls` show of a group, or of a whole file.

import { JsonText } from '../../../core/json/json.js'
import { shapeText } from '../../../core/shape-text.js'
import { exactSize } from '../../../core/sizes.js'
import { dtypeText, type FactRow, type Facts, type FactsOptions, unknownHead } from '../../facts.js'
import { filtersText } from '../filters/registry.js'
import type { GroupSpec } from '../model.js'
import type { NamedObject } from '../names.js'
import { metadataOf } from '../read/metadata.js'
import type { Visit } from '../structure/walk.js'
import { attributesRow, formatText, kindOf } from './text.js'

/** Objects of a group that `info` shows. */
const MOST_OBJECTS = 1000

/** An object in the table of a group. */
interface ObjectRow {
  path: string
  kind: string
  shape: readonly number[] | null
  dtype: string | null
  filters: string
}

/** A row of the table of objects. */
function rowOf(found: Visit): ObjectRow {
  const { path } = found
  if ('error' in found) return { path, kind: found.error.message, shape: null, dtype: null, filters: '-' }
  const { object } = found
  if (object.kind !== 'dataset') return { path, kind: object.kind, shape: null, dtype: null, filters: '-' }
  const { type, space, filters } = object
  const dtype = type.kind === 'numpy' ? dtypeText({ ...type, shape: [], order: 'C', nbytes: 0 }) : null
  return { path, kind: kindOf(object) ?? 'dataset', shape: space.shape, dtype, filters: filtersText(filters) }
}

/** Everything in a group, or in a file. */
export async function factsOfGroup(
  o: FactsOptions,
  { file, path, spec }: NamedObject<GroupSpec>,
): Promise<Facts> {
  const head = { ...unknownHead(o.file), format: formatText(file, path === '/' ? 'file' : 'group') }
  if (path === '/') head.cbytes = file.bytes.source.size ?? null
  if (o.detail === 'front') return { head, more: { typesize: null, kind: 'group' }, rows: [], tables: [] }
  if (o.detail === 'head') return { head, more: {}, rows: [], tables: [] }
  const json = await metadataOf(file, spec, undefined)
  const objects: ObjectRow[] = []
  for await (const one of file.walk(path)) {
    if (one.path === path && 'object' in one) continue
    objects.push(rowOf(one))
    if (objects.length === MOST_OBJECTS) break
  }
  const rows: FactRow[] = [
    { label: 'format', value: head.format },
    ...(head.cbytes === null ? [] : [{ label: 'size', value: exactSize(head.cbytes) }]),
    attributesRow(json),
  ]
  const table = {
    head: ['shape', 'dtype', 'filters', 'name'],
    rows: objects.map(({ path: name, kind, shape, dtype, filters }) => [
      shape === null ? '-' : shapeText(shape),
      dtype ?? '-',
      filters,
      kind === 'dataset' ? name : `${name} (${kind})`,
    ]),
  }
  const attributes = json === undefined ? null : new JsonText(json)
  return { head, more: { path, kind: 'group', objects, attributes }, rows, tables: [table] }
}

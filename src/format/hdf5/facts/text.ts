// What the facts of datasets and of groups have in common.

import type { FactRow } from '../../facts.js'
import type { DatasetSpec } from '../model.js'
import type { H5File } from '../structure/tree.js'

/** Attributes of more characters are cut. */
const MAX_SHOWN = 200

export function formatText(file: H5File, what: string): string {
  return `HDF5 ${what} (superblock ${file.superblock.version})`
}

/** What a dataset holds in words, where NumPy has no type for it. */
export function kindOf({ type, layout }: DatasetSpec): string | null {
  if (type.kind === 'vlen-string') return 'strings of variable length'
  if (type.kind === 'other') return type.what
  return layout.kind === 'elsewhere' ? `values in ${layout.what}` : null
}

export function attributesRow(json: string | undefined): FactRow {
  const label = 'attributes'
  if (json === undefined) return { label, value: 'none' }
  const shown = json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}…` : json
  return { label, value: shown }
}

// Columns of python-blosc2's tables, which are recognised by their path.

import { existsSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { schemeOf } from '../../places/registry.js'
import type { FrameObject } from '../frame/objects.js'

const COLUMN: FrameObject = {
  kind: 'ctable-column',
  what: 'a column of a table (CTable), including spare and deleted rows',
  how: 'blosc2.CTable.open(path of its directory) in Python opens the table',
  holds: 'other',
}

/** The column of a table in a directory: no metalayer marks it, only where it lies. */
export function tableColumn(name: string): FrameObject | undefined {
  if (schemeOf(name) !== undefined || !/_cols[\\/]/.test(name)) return undefined
  const path = resolve(name)
  const at = path.lastIndexOf(`${sep}_cols${sep}`)
  const table = at < 0 ? dirname(dirname(path)) : path.slice(0, at)
  return existsSync(join(table, '_valid_rows.b2nd')) ? COLUMN : undefined
}

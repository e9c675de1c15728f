// Parses the dataspace message, versions 1 and 2 (HDF5 File Format Specification 4.0, IV.A.2.b).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { Dataspace } from '../model.js'

const MAX_RANK = 32
const KINDS = ['scalar', 'simple', 'null'] as const

function parseKind(cursor: Cursor, version: number, rank: number): Dataspace['kind'] {
  if (version === 1) {
    cursor.skip(5)
    return rank === 0 ? 'scalar' : 'simple'
  }
  const kind = KINDS[cursor.u8()]
  if (kind === undefined) throw damaged('a dataspace is of no known kind', { offset: cursor.position })
  return kind
}

/** @throws BlpkError DAMAGED, UNSUPPORTED for other versions */
export function parseDataspace(cursor: Cursor): Dataspace {
  const offset = cursor.position + cursor.at
  const [version, rank, flags] = [cursor.u8(), cursor.u8(), cursor.u8()]
  if (version !== 1 && version !== 2)
    throw unsupported(`dataspaces of version ${version} are not supported`, { offset })
  const kind = parseKind(cursor, version, rank)
  if (rank > MAX_RANK)
    throw damaged(`a dataspace claims ${rank} axes; HDF5 has ${MAX_RANK} at most`, { offset })
  if (kind !== 'simple' && rank > 0) throw damaged('a dataspace without axes claims some', { offset })
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) shape.push(cursor.length())
  if ((flags & 1) === 0) return { kind, shape, maxShape: shape }
  const maxShape: (number | undefined)[] = []
  for (let axis = 0; axis < rank; axis++) maxShape.push(cursor.lengthOrNone())
  return { kind, shape, maxShape }
}

/** How many items there are. @throws BlpkError DAMAGED above 2^53 */
export function itemCount({ kind, shape }: Dataspace): number {
  if (kind === 'null' || shape.includes(0)) return 0
  const count = shape.reduce((product, extent) => product * extent, 1)
  if (!Number.isSafeInteger(count)) throw damaged('a dataspace claims more than 2^53 items')
  return count
}

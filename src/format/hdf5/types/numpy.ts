// Which NumPy type the items of a datatype have, as h5py reads them.

import type { ItemType } from '../model.js'
import type { Datatype } from './datatype.js'
import { compoundDescr } from './numpy-compound.js'
import { type Found, floatDescr, integerDescr } from './numpy-numbers.js'
import { opaqueDescr } from './numpy-opaque.js'

/** h5py's bool: an enumeration of one byte with these members. */
export function isBool(type: Datatype): boolean {
  if (type.kind !== 'enum' || type.size !== 1 || type.members.size !== 2) return false
  return type.members.get('FALSE')?.[0] === 0 && type.members.get('TRUE')?.[0] === 1
}

/** What NumPy has no type for, as a plural. */
function otherName(type: Datatype): string {
  if (type.kind === 'other') return type.what
  if (type.kind === 'vlen-string') return 'variable-length strings'
  return type.kind === 'vlen' ? 'variable-length sequences' : `items of the kind '${type.kind}'`
}

/** The type of one item that is no array. */
function numpyOf(type: Datatype): Found {
  switch (type.kind) {
    case 'integer':
    case 'bits':
      return integerDescr(type)
    case 'float':
      return floatDescr(type, 'f')
    case 'complex':
      return type.item.kind === 'float' ? floatDescr(type.item, 'c') : { what: 'complex numbers' }
    case 'enum':
      return isBool(type) ? { descr: '|b1' } : numpyOf(type.base)
    case 'string':
      return { descr: `|S${type.size}` }
    case 'opaque':
      return { descr: opaqueDescr(type) }
    case 'compound':
      return compoundDescr(type, numpyOf)
    default:
      return { what: otherName(type) }
  }
}

/** Takes array types apart: all their axes from the outside in, and the type inside. */
function withoutArrays(type: Datatype): { item: Datatype; axes: readonly number[] } {
  const axes: number[] = []
  let item = type
  while (item.kind === 'array') {
    axes.push(...item.shape)
    item = item.item
  }
  return { item, axes }
}

/** The type of items, as the rest of the container uses it. */
export function itemType(type: Datatype): ItemType {
  const { item, axes } = withoutArrays(type)
  const itemsize = type.size
  const arrays = axes.length > 0 && { axes }
  if (item.kind === 'vlen-string') return { kind: 'vlen-string', itemsize, utf8: item.utf8, ...arrays }
  const found = numpyOf(item)
  if ('what' in found) return { kind: 'other', itemsize, what: found.what }
  return { kind: 'numpy', descr: found.descr, itemsize, ...arrays }
}

// The datatype message of a NumPy type (HDF5 File Format Specification 4.0, IV.A.2.d), as h5py would write
// it.

import type { NdarrayLayout } from '../../../array/npy/index.js'
import { unsupported } from '../../../core/errors.js'
import { arrayType } from './array-type.js'
import { compoundType, type Member } from './compound-types.js'
import { boolType, floatType, integerType, opaqueType, stringType } from './simple-types.js'

type Descr = NdarrayLayout['descr']
type Field = Exclude<Descr, string>[number]

/** A type and the bytes of its items. */
interface Written {
  readonly type: Uint8Array
  readonly size: number
}

const CODE = /^([<>|])([a-zA-Z])(\d+)/
/** h5py's mark of items that only NumPy knows: it reads them back as that type. */
const NUMPY_TAG = 'NUMPY:'

/** Types that HDF5 has no class for: times, UCS-4 strings, long doubles. */
function taggedType(code: string, size: number): Uint8Array {
  return opaqueType(size, NUMPY_TAG + code)
}

function complexType(size: number, bigEndian: boolean): Uint8Array | undefined {
  const type = floatType({ size: size / 2, bigEndian })
  if (type === undefined) return undefined
  const members = [
    { name: 'r', offset: 0, type },
    { name: 'i', offset: size / 2, type },
  ]
  return compoundType(1, size, members)
}

function ofKind(kind: string, size: number, bigEndian: boolean): Uint8Array | undefined {
  const number = { size, bigEndian }
  if (kind === 'i' || kind === 'u') return integerType(number, kind === 'i')
  if (kind === 'f') return floatType(number)
  if (kind === 'c') return complexType(size, bigEndian)
  if (kind === 'b') return boolType()
  if (kind === 'S') return stringType(size)
  return kind === 'V' ? opaqueType(size, '') : undefined
}

function simple(code: string): Written {
  const [, order, kind = '', digits] = CODE.exec(code) ?? []
  const size = Number(digits) * (kind === 'U' ? 4 : 1)
  if (!(size > 0)) throw unsupported(`HDF5 has no items of 0 bytes, such as those of the dtype ${code}`)
  return { type: ofKind(kind, size, order === '>') ?? taggedType(code, size), size }
}

function itemOf(type: Field['type']): Written {
  if (typeof type !== 'string' && 'item' in type) return repeated(type.item, type.shape)
  return written(type)
}

function repeated(item: Field['type'], shape: readonly number[]): Written {
  const { type, size } = itemOf(item)
  const total = shape.reduce((product, extent) => product * extent, size)
  if (total === 0) throw unsupported('HDF5 has no fields of 0 bytes')
  return { type: arrayType(shape, type, total), size: total }
}

function compound(fields: readonly Field[]): Written {
  const members: Member[] = []
  let size = 0
  for (const { name, type, shape } of fields) {
    const item = shape === undefined ? itemOf(type) : repeated(type, shape)
    // Fields without a name are padding.
    if (name !== '') members.push({ name, offset: size, type: item.type })
    size += item.size
  }
  return { type: compoundType(hasArrays(fields) ? 2 : 1, size, members), size }
}

function written(descr: Descr): Written {
  return typeof descr === 'string' ? simple(descr) : compound(descr)
}

function hasArrays(descr: Field['type']): boolean {
  if (typeof descr === 'string') return false
  if ('item' in descr) return true
  return descr.some(({ type, shape }) => shape !== undefined || hasArrays(type))
}

/**
 * The type of the items of a dataset.
 * @param descr as a `.npy` header has it
 * @throws BlpkError UNSUPPORTED for items or fields of 0 bytes, and for types without fields
 */
export function datatype(descr: Descr): Uint8Array {
  return written(descr).type
}

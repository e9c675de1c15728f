// Compound types as structured dtypes of NumPy, and h5py's complex numbers, which are such types too.

import type { Descr, Field, Subarray } from '../../../array/npy/dtype.js'
import type { Datatype, Member } from './datatype.js'
import { type Found, floatDescr } from './numpy-numbers.js'

/** The NumPy type of a member. */
type NumpyOf = (type: Datatype) => Found
type Compound = Extract<Datatype, { kind: 'compound' }>

/** Types with more fields are none that anybody can use; NumPy itself takes minutes for them. */
const MAX_FIELDS = 10_000

/** The parts of a complex number as h5py writes it; undefined if the type is something else. */
function complexParts({ size, members }: Compound): readonly [Member, Member] | undefined {
  const [real, imaginary] = members
  if (real === undefined || imaginary === undefined || members.length !== 2) return undefined
  if (real.name !== 'r' || imaginary.name !== 'i') return undefined
  if (real.type.kind !== 'float' || imaginary.type.kind !== 'float') return undefined
  const [one, other] = [floatDescr(real.type, 'c'), floatDescr(imaginary.type, 'c')]
  if (!('descr' in one && 'descr' in other && one.descr === other.descr)) return undefined
  const half = real.type.size
  return real.offset === 0 && imaginary.offset === half && size === half * 2 ? [real, imaginary] : undefined
}

/** Axes of arrays within arrays stay apart, as NumPy keeps them: the outermost are the field's. */
function innerType(type: Datatype, numpyOf: NumpyOf): Descr | Subarray | { what: string } {
  if (type.kind === 'array') {
    const item = innerType(type.item, numpyOf)
    return typeof item === 'object' && 'what' in item ? item : { item, shape: type.shape }
  }
  const found = numpyOf(type)
  return 'what' in found ? found : found.descr
}

function fieldOf({ name, type }: Member, numpyOf: NumpyOf): Field | { what: string } {
  const found = innerType(type.kind === 'array' ? type.item : type, numpyOf)
  if (typeof found === 'object' && 'what' in found) return found
  return { name, type: found, ...(type.kind === 'array' && { shape: type.shape }) }
}

function padding(nbytes: number): Field[] {
  return nbytes > 0 ? [{ name: '', type: `|V${nbytes}` }] : []
}

/** Fields in the order of their bytes, with void fields for the gaps, as NumPy's `dtype.descr` has them. */
export function compoundDescr(type: Compound, numpyOf: NumpyOf): Found {
  const [part] = complexParts(type) ?? []
  if (part?.type.kind === 'float') return floatDescr(part.type, 'c')
  const names = new Set(type.members.map(({ name }) => name))
  if (type.members.length > MAX_FIELDS) return { what: `compounds of ${type.members.length} members` }
  if (names.size < type.members.length || names.has(''))
    return { what: 'compounds whose members have no names of their own' }
  const fields: Field[] = []
  let end = 0
  for (const member of [...type.members].sort((one, other) => one.offset - other.offset)) {
    if (member.offset < end) return { what: 'compounds whose members overlap' }
    const field = fieldOf(member, numpyOf)
    if ('what' in field) return { what: `compounds with ${field.what}` }
    fields.push(...padding(member.offset - end), field)
    end = member.offset + member.type.size
  }
  return { descr: [...fields, ...padding(type.size - end)] }
}

// The dtype of a tensor, as python-blosc2 writes it into msgpack.

import { dtypeRepr, parseDescr } from '../../array/npy/dtype.js'
import { type PyLiteral, PyTuple, parseLiteral } from '../../array/npy/literal.js'
import type { MsgpackReader } from './msgpack/reader.js'
import type { MsgpackWriter } from './msgpack/writer.js'

/** python-blosc2 marks tuples with this first item. */
export const TUPLE = '__tuple__'
const WHAT = 'the description of the tensor'
/** Types are nested about three levels deep. */
const MAX_DEPTH = 16
const encoder = new TextEncoder()
const decoder = new TextDecoder()

function writeLiteral(w: MsgpackWriter, literal: PyLiteral): void {
  if (typeof literal === 'string') w.string32(encoder.encode(literal))
  else if (typeof literal === 'number') w.int64(literal)
  else if (literal instanceof PyTuple) {
    w.array16(literal.items.length + 1).string32(encoder.encode(TUPLE))
    for (const item of literal.items) writeLiteral(w, item)
  } else if (Array.isArray(literal)) {
    w.array16(literal.length)
    for (const item of literal) writeLiteral(w, item)
  }
}

/** Writes a type: a type string, or a list of fields. @param descr in the form of `dtypeRepr` */
export function writeTensorDtype(w: MsgpackWriter, descr: string): void {
  writeLiteral(w, parseLiteral(descr, WHAT))
}

function readLiteral(r: MsgpackReader, depth: number): PyLiteral {
  if (depth > MAX_DEPTH) r.wrong('the dtype is nested too deeply')
  const kind = r.kind()
  if (kind === 'string') return decoder.decode(r.string())
  if (kind !== 'array') return r.integer()
  const items: PyLiteral[] = []
  for (let left = r.array(); left > 0; left--) items.push(readLiteral(r, depth + 1))
  return items[0] === TUPLE ? new PyTuple(items.slice(1)) : items
}

/** Parses a type. @returns its name for NDArray and `.npy` files @throws BlpkError DAMAGED, UNSUPPORTED */
export function readTensorDtype(r: MsgpackReader): string {
  const { descr } = parseDescr(readLiteral(r, 0), WHAT)
  return typeof descr === 'string' ? descr : dtypeRepr(descr)
}

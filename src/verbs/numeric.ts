import { type ArrayFields, ArrayValue } from '../array/array-value.js'
import { dtypeRepr, ndarrayIn } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import type { NumericArray } from '../core/numeric-array.js'
import type { PackOptions, RunOptions } from '../engine/options.js'
import { Archive, type OpenOptions } from '../format/bloscpack/archive.js'
import { BloscpackSink } from '../format/bloscpack/sink.js'
import { unpack } from '../format/bloscpack/unpack.js'
import { pack } from '../format/pack.js'
import { MemorySink } from '../sinks/memory.js'
import { npyPrefix } from '../sinks/npy.js'
import { BytesPlainSink } from '../sinks/plain.js'
import { arraySource } from '../sources/array.js'
import { MemorySource } from '../sources/memory.js'

export type { NumericArray }

/** Packs an array into an archive in memory, as Bloscpack's `pack_ndarray_to_bytes`. */
export async function packNdarray(
  array: ArrayFields | NumericArray,
  options: PackOptions = {},
): Promise<Uint8Array> {
  const sink = new MemorySink()
  await pack(arraySource(array), new BloscpackSink(sink), options)
  return sink.bytes
}

/**
 * Unpacks an archive of an array in memory; its `values` are a typed array.
 * @throws BlpkError USAGE where it holds no NumPy array; DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function unpackNdarray(
  bytes: Uint8Array,
  options: RunOptions & OpenOptions = {},
): Promise<ArrayValue> {
  const archive = await Archive.open(new MemorySource(bytes), options)
  const layout = ndarrayIn(archive.metadata)
  if (layout === undefined || npyPrefix(archive) === undefined)
    throw usage('the archive holds no NumPy array')
  const sink = new MemorySink()
  await unpack(archive, new BytesPlainSink(sink), options)
  const dtype = typeof layout.descr === 'string' ? layout.descr : dtypeRepr(layout.descr)
  return new ArrayValue({ dtype, shape: [...layout.shape], order: layout.order, data: sink.bytes })
}

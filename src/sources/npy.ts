// Plain bytes of `.npy` files and of other sources.

import { isNpy, type NpyHeader, ndarrayMetadata, parseNpyHeader } from '../array/npy/index.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { unsupported, usage } from '../core/errors.js'
import { toJson } from '../core/json/json.js'
import { BytesPlainSource } from './plain.js'

const FIRST_BYTES = 1024

async function readStart(source: ByteSource, nbytes: number, have: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(nbytes)
  bytes.set(have)
  const n = await source.read(have.length, bytes.subarray(have.length))
  return bytes.subarray(0, have.length + n)
}

/** The array must end where the file ends; otherwise data would be lost. */
function checkLength(source: ByteSource, header: NpyHeader): void {
  if (source.size === undefined) return
  const nbytes = source.size - header.headerBytes
  if (nbytes === header.nbytes) return
  const what = nbytes < header.nbytes ? 'fewer' : 'more'
  throw usage(
    `'${source.name}' has ${what} data (${nbytes} bytes) than its .npy header says (${header.nbytes})`,
    { option: 'raw', to: 'pack the file as plain bytes' },
  )
}

/** A `.npy` file whose header was read. */
export interface OpenNpy {
  header: NpyHeader
  /** The first bytes of its data, which were read with the header. */
  ahead: Uint8Array
}

async function finishHeader(source: ByteSource, first: Uint8Array): Promise<OpenNpy> {
  let start = first
  let header = parseNpyHeader(start)
  while ('needed' in header) {
    if (header.needed <= start.length) throw unsupported(`'${source.name}' ends within its .npy header`)
    start = await readStart(source, header.needed, start)
    header = parseNpyHeader(start)
  }
  return { header, ahead: start.subarray(header.headerBytes) }
}

/**
 * Reads the header of a `.npy` file.
 * @throws BlpkError USAGE if it is not a `.npy` file, or longer or shorter than its array; UNSUPPORTED for
 * Python objects; DAMAGED for a bad header
 */
export async function readNpy(source: ByteSource): Promise<OpenNpy> {
  const start = await readStart(source, FIRST_BYTES, new Uint8Array(0))
  if (!isNpy(start)) throw usage(`'${source.name}' is not a .npy file`)
  const opened = await finishHeader(source, start)
  checkLength(source, opened.header)
  return opened
}

/**
 * Opens plain data. A `.npy` file is recognised by its first bytes; its array is then packed, with typesize
 * and metadata (container `numpy`) from its header.
 * @param options.raw pack a `.npy` file as plain bytes
 * @throws BlpkError UNSUPPORTED for arrays of Python objects; DAMAGED for a bad header; USAGE if the file is
 * longer or shorter than its array
 */
export async function openPlain(
  source: ByteSource,
  options: { raw?: boolean } = {},
): Promise<BytesPlainSource> {
  const start = await readStart(source, FIRST_BYTES, new Uint8Array(0))
  if (options.raw === true || !isNpy(start)) return new BytesPlainSource(source, {}, 0, start)
  const { header, ahead } = await finishHeader(source, start)
  checkLength(source, header)
  // A pipe has no size, but the header tells how many bytes to expect.
  const traits = { size: header.nbytes, typesize: header.itemsize, metadata: toJson(ndarrayMetadata(header)) }
  return new BytesPlainSource(source, traits, header.headerBytes, ahead)
}

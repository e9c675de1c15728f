// Reports the content of any kind of container.

import { BlpkError } from '../core/errors.js'
import { shapeText } from '../core/shape-text.js'
import { exactSize, jsonRatio, prettyRatio } from '../core/sizes.js'
import type { ReadOptions } from '../disk/read-archive.js'
import type { Container } from '../format/container.js'
import {
  dtypeText,
  type FactRow,
  type Facts,
  type FactsOptions,
  type Head,
  ifSound,
  unknownHead,
} from '../format/facts.js'
import type { Opened } from '../format/opened.js'
import type { Readable } from '../places/open.js'
import { KeptOpenSource } from '../sources/kept-open.js'
import type { PlaceSettings } from '../store/settings.js'
import type { Descriptor } from './inputs.js'
import { type ContainerPlace, containerAt, nameOfPlace, openPlace } from './open.js'

export { type FactRow, type Facts, type Head, unknownHead } from '../format/facts.js'

export interface InfoOptions
  extends PlaceSettings,
    Omit<ReadOptions, 'frontOnly' | 'inner'>,
    Partial<FactsOptions> {}

async function headOfOpened(
  opened: Opened,
  { source, directory, inner }: ContainerPlace,
  file: string,
): Promise<Head> {
  const array = await ifSound(() => opened.array?.())
  const { nbytes = null } = opened
  // The content inside is part of the file, and only its container knows which part.
  const cbytes = directory === undefined && inner === undefined ? (source.size ?? null) : null
  return {
    file,
    format: opened.format.id,
    shape: array?.shape ?? null,
    dtype: array === undefined ? null : dtypeText(array),
    nbytes,
    cbytes,
    ratio: nbytes === null || cbytes === null ? null : jsonRatio(nbytes, cbytes),
  }
}

function rowsOfHead({ format, shape, dtype, nbytes, cbytes }: Head): FactRow[] {
  const size = (n: number | null): string => (n === null ? 'unknown' : exactSize(n))
  const ratio = nbytes === null || cbytes === null ? '' : `, ratio ${prettyRatio(nbytes, cbytes)}`
  return [
    { label: 'format', value: format ?? 'unknown' },
    { label: 'size', value: size(cbytes) },
    { label: 'plain size', value: size(nbytes) + ratio },
    ...(shape === null ? [] : [{ label: 'array', value: `dtype ${dtype}, shape ${shapeText(shape)}` }]),
  ]
}

/** Facts of a container that provides no more. */
async function factsOfOpened(container: Container, place: ContainerPlace, o: FactsOptions): Promise<Facts> {
  const { maxChunk, dtype } = o
  const source = new KeptOpenSource(place.source)
  const opened = await container.open(
    { ...place, source },
    { ...(maxChunk !== undefined && { maxChunk }), ...(dtype !== undefined && { dtype }) },
  )
  try {
    const head = await headOfOpened(opened, place, o.file)
    const more = o.detail === 'front' ? { typesize: opened.typesize, kind: null } : {}
    return { head, more, rows: rowsOfHead(head), tables: [] }
  } finally {
    await opened.close()
  }
}

/** Facts of an open place, which stays open. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, … */
export async function factsAt(place: ContainerPlace, options: FactsOptions): Promise<Facts> {
  const container = await containerAt(place)
  return container.facts?.(place, options) ?? factsOfOpened(container, place, options)
}

/**
 * Says what is in a container, without unpacking it: format, sizes in bytes, shape, chunks, codec, metadata.
 * @param from a path or address, a directory, bytes, or a stream
 * @param options.file the name to show; that of the place by default
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
 * @example
 * ```ts
 * import { info } from 'blpk'
 *
 * const { head } = await info('data.npy.blp')
 * console.log(head.format, head.shape, head.cbytes)
 * ```
 */
export async function info(from: Readable | Descriptor, options: InfoOptions = {}): Promise<Facts> {
  const place = await openPlace(from, { ...options, frontOnly: options.detail !== 'chunks' })
  try {
    return await factsAt(place, { ...options, file: options.file ?? nameOfPlace(place) })
  } finally {
    await place.source.close()
  }
}

/** The first fields of a result about an open place. Little is known of a pipe or of a damaged container. */
export async function headOf(place: ContainerPlace, file: string): Promise<Head> {
  const { source, directory, inner } = place
  if (!source.seekable) return unknownHead(file)
  const facts = await ifSound(() => factsAt(place, { file, detail: 'head' }))
  const size = directory === undefined && inner === undefined ? source.size : undefined
  return facts?.head ?? { ...unknownHead(file), cbytes: size ?? null }
}

/**
 * The same of a container that was just written; its name, if it is a file no more, is all that is known.
 * @throws what is no BlpkError, and what a signal stopped
 */
export async function headOfName(name: string, settings: PlaceSettings & ReadOptions = {}): Promise<Head> {
  try {
    const place = await openPlace(name, { ...settings, frontOnly: true })
    try {
      return await headOf(place, name)
    } finally {
      await place.source.close()
    }
  } catch (error) {
    if (settings.signal?.aborted === true || !(error instanceof BlpkError)) throw error
    return unknownHead(name)
  }
}

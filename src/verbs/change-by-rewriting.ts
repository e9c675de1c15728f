// Changes a container that cannot change in place: all of it is packed again and takes the place of the old.

import { ndarrayIn } from '../array/npy/index.js'
import type { Replaceable } from '../bytes/editable.js'
import { changedError, damaged, unsupported, usage } from '../core/errors.js'
import { type RunOptions, runOptionsOf } from '../engine/options.js'
import { appendIdsOf } from '../format/append-ids.js'
import { type MetadataChange, metadataAfter } from '../format/array-metadata.js'
import type {
  AppendRequest,
  AppendResult,
  ChangePlace,
  ChangeRefusals,
  ContainerChange,
} from '../format/change.js'
import { checkOptions } from '../format/check-options.js'
import { type Container, packing } from '../format/container.js'
import { joined } from '../format/joined-source.js'
import { memberEdit, membersMetadata } from '../format/json-members.js'
import type { Opened, OpenOptions, OpenPlace } from '../format/opened.js'
import type { PackResult } from '../format/output.js'
import type { PackOptions } from '../format/pack-options.js'
import { TemporarySink } from '../sinks/temporary.js'
import { KeptOpenSource } from '../sources/kept-open.js'
import { MemorySource } from '../sources/memory.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'
import { metadataOf, plainOf } from './plain-of.js'

/** An append; one of no bytes may change the metadata alone. */
interface Rewrite extends Omit<AppendRequest, 'metadata'> {
  metadata?: MetadataChange
}

/** Options of an append that packing takes. */
const PACKING = [
  'codec',
  'codecMeta',
  'level',
  'shuffle',
  'filters',
  'splitMode',
  'dictionary',
  'blockSize',
  'force',
  'typesize',
] as const satisfies readonly (keyof AppendRequest & keyof PackOptions)[]

function packingOf(o: Rewrite): PackOptions {
  const given = PACKING.filter((key) => o[key] !== undefined)
  return { ...Object.fromEntries(given.map((key) => [key, o[key]])), ...runOptionsOf(o) }
}

/** What no format of the container takes. */
function appendRefusals({ formats }: Container): ChangeRefusals<AppendRequest> {
  const refused = PACKING.flatMap((key) => {
    const whys = formats.flatMap(({ refuses }) => refuses?.[key] ?? [])
    const [why] = whys
    if (why === undefined || whys.length < formats.length) return []
    const refusal = (name: (option: string) => string) => usage(`${name(key)} cannot be used: ${why(name)}`)
    return [[key, refusal] as const]
  })
  return Object.fromEntries(refused)
}

/** Opens a place that stays open. */
function openKept(container: Container, place: OpenPlace, o: Rewrite): Promise<Opened> {
  const { threads, maxChunk, dtype } = o
  const options: OpenOptions = {
    ...(threads !== undefined && { threads }),
    ...(maxChunk !== undefined && { maxChunk }),
    ...(dtype !== undefined && { dtype }),
  }
  return container.open({ ...place, source: new KeptOpenSource(place.source) }, options)
}

/** @throws BlpkError UNSUPPORTED for a container that has no place for metadata */
function checkKeepsMetadata(opened: Opened): void {
  if ('metadata' in opened && opened.format.refuses?.metadata === undefined) return
  throw unsupported(`${opened.container.name} files keep no metadata`, { path: opened.name })
}

/** @throws BlpkError DAMAGED, IO if there were fewer bytes than there should be */
function checkWhole({ nbytes }: PackResult, old: number, added: PlainSource): void {
  if (nbytes < old) throw damaged(`the data end at byte ${nbytes} of ${old}`)
  if (nbytes < old + (added.size ?? 0)) throw changedError(added.name, 'shorter')
}

/** Packs the old and the new bytes, and puts them in the place of the old ones. */
async function replaceBy(
  place: Replaceable,
  container: Container,
  opened: Opened,
  plain: PlainSource,
  check: (packed: PackResult) => void,
  o: PackOptions,
): Promise<PackResult> {
  const sink = new TemporarySink(place.name, place.path)
  const output = {
    name: place.name,
    bytes: async () => sink,
    directory: () => Promise.reject(unsupported('a directory cannot replace a file')),
  }
  try {
    const packed = await packing(container, opened.format).pack(plain, output, opened.format, {
      ...o,
      from: opened,
    })
    check(packed)
    o.signal?.throwIfAborted()
    await place.replace(sink.pieces(), sink.size)
    return packed
  } finally {
    await sink.discard()
  }
}

async function rewrite(
  place: Replaceable,
  container: Container,
  opened: Opened,
  source: PlainSource,
  o: Rewrite,
): Promise<AppendResult> {
  const { appendId } = o
  const before = metadataOf(opened)
  if (o.metadata !== undefined || appendId !== undefined) checkKeepsMetadata(opened)
  const packing = packingOf(o)
  checkOptions(opened.format, packing)
  const old = plainOf(opened, before, o).size ?? 0
  const unchanged = { nbytes: 0, totalBytes: old, nchunks: opened.nchunks ?? 0 }
  const ids = [...appendIdsOf(before), ...(opened.appendIds ?? [])]
  if (appendId !== undefined && ids.includes(appendId)) return { ...unchanged, skipped: true }
  const nbytes = source.size ?? 0
  const changed = metadataAfter({ metadata: before }, source, nbytes, o)
  if (nbytes === 0 && changed === undefined) return { ...unchanged, skipped: false }
  const metadata = changed ?? before
  const plain = joined([plainOf(opened, metadata, o), source])
  const check = (packed: PackResult): void => checkWhole(packed, old, source)
  const packed = await replaceBy(place, container, opened, plain, check, packing)
  const shape = opened.format.holds === 'array' ? ndarrayIn(metadata)?.shape : undefined
  return {
    nbytes,
    totalBytes: packed.nbytes,
    nchunks: packed.nchunks,
    ...(shape !== undefined && { shape }),
    skipped: false,
  }
}

async function rewriteAt(
  place: ChangePlace,
  container: Container,
  source: PlainSource,
  o: Rewrite,
): Promise<AppendResult> {
  const opened = await openKept(container, place, o)
  try {
    return await rewrite(place.source, container, opened, source, o)
  } finally {
    await opened.close()
  }
}

/** Changes of a container that makes none itself. They need room for all of it in a temporary file. */
export function changeByRewriting(container: Container): ContainerChange {
  return {
    appendRefuses: appendRefusals(container),
    metadataRefuses: {
      fixed: (name) =>
        usage(`${name('fixed')} is for Blosc2 frames: metadata of ${container.name} files is JSON`),
    },
    append: (place, source, o) => rewriteAt(place, container, source, o),
    async readMetadata(place, o: RunOptions) {
      const opened = await openKept(container, place, runOptionsOf(o))
      try {
        checkKeepsMetadata(opened)
        return membersMetadata(opened.metadata)
      } finally {
        await opened.close()
      }
    },
    async setMetadata(place, { name, value }, o) {
      const nothing = new BytesPlainSource(new MemorySource(new Uint8Array()))
      await rewriteAt(place, container, nothing, { ...runOptionsOf(o), metadata: memberEdit(name, value) })
      return undefined
    },
  }
}

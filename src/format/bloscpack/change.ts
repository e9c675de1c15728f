// Changes an archive in its place, with the options that all containers share.

import { usage } from '../../core/errors.js'
import { MemorySource } from '../../sources/memory.js'
import { BytesPlainSource, type PlainSource } from '../../sources/plain.js'
import type { AppendRequest, AppendResult, ChangePlace, ContainerChange } from '../change.js'
import { memberEdit, membersMetadata } from '../json-members.js'
import { appendToArchive } from './append/append.js'
import { type ArchiveAppendOptions, checkAppendOptions } from './append/options.js'
import { Archive } from './archive.js'
import { packingOf } from './pack-source.js'

function appendOptionsOf(o: AppendRequest): ArchiveAppendOptions {
  const { metadata, grow, raw, maxChunk, appendId } = o
  const options = {
    ...packingOf(o),
    ...(metadata !== undefined && { metadata }),
    ...(grow !== undefined && { grow }),
    ...(raw !== undefined && { raw }),
    ...(maxChunk !== undefined && { maxChunk }),
    ...(appendId !== undefined && { appendId }),
  }
  checkAppendOptions(options)
  return options
}

async function append(place: ChangePlace, source: PlainSource, o: AppendRequest): Promise<AppendResult> {
  return appendToArchive(place.source, source, appendOptionsOf(o))
}

export const change: ContainerChange = {
  appendRefuses: {
    dtype: (name) => usage(`${name('dtype')} is for Blosc2 arrays: an archive stores its own dtype`),
  },
  metadataRefuses: {
    fixed: (name) => usage(`${name('fixed')} is for Blosc2 frames: metadata of archives is JSON`),
  },
  append,
  async readMetadata({ source }) {
    return membersMetadata((await Archive.open(source)).metadata)
  },
  async setMetadata(place, { name, value }, { grow = false, signal }) {
    const metadata = memberEdit(name, value)
    const nothing = new BytesPlainSource(new MemorySource(new Uint8Array()))
    await appendToArchive(place.source, nothing, { metadata, grow, signal })
    return undefined
  },
}

// Changes an archive in its place, with the options that all containers share.

import type { Replaceable } from '../../bytes/editable.js'
import { usage } from '../../core/errors.js'
import { decodeJson } from '../../core/json/decode.js'
import { compactJson } from '../../core/json/json.js'
import { JsonFault } from '../../core/json/scan.js'
import { MemorySource } from '../../sources/memory.js'
import { BytesPlainSource, type PlainSource } from '../../sources/plain.js'
import type { AppendRequest, AppendResult, ContainerChange } from '../change.js'
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

async function append(place: Replaceable, source: PlainSource, o: AppendRequest): Promise<AppendResult> {
  return appendToArchive(place, source, appendOptionsOf(o))
}

/** A text as JSON. @throws BlpkError USAGE for bytes that are no text */
function textJson(bytes: Uint8Array): string {
  try {
    return JSON.stringify(decodeJson(bytes))
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw usage(`the value is not text: ${error.message}`)
  }
}

export const change: ContainerChange = {
  appendRefuses: {
    dtype: (name) => usage(`${name('dtype')} is for Blosc2 arrays: an archive says itself`),
  },
  metadataRefuses: {
    fixed: (name) => usage(`${name('fixed')} is for Blosc2 frames: metadata of archives are JSON`),
  },
  append,
  async readMetadata({ source }) {
    return membersMetadata((await Archive.open(source)).metadata)
  },
  async setMetadata(place, { name, value }, { grow = false, signal }) {
    const json = value instanceof Uint8Array ? textJson(value) : value
    const metadata = memberEdit(name, json === undefined ? undefined : compactJson(json))
    const nothing = new BytesPlainSource(new MemorySource(new Uint8Array()))
    await appendToArchive(place, nothing, { metadata, grow, signal })
    return undefined
  },
}

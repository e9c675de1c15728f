// Changes a frame in place, with the options that all containers share.

import { usage } from '../../core/errors.js'
import type { AppendRequest, ContainerChange } from '../change.js'
import { compressionOf } from '../chunks/compression.js'
import { packJson } from '../frame/msgpack/from-json.js'
import { appendToFrame, type FrameAppendOptions } from './objects/append.js'
import { SPARSE_REFUSAL } from './objects/change.js'
import { layersMetadata, setMetalayer } from './objects/metalayers.js'
import { SChunk } from './objects/schunk.js'

function appendOptionsOf(o: AppendRequest): FrameAppendOptions {
  const compression = compressionOf(o)
  return {
    ...(Object.keys(compression).length > 0 && { compression }),
    ...(o.raw !== undefined && { raw: o.raw }),
    ...(o.maxChunk !== undefined && { maxChunk: o.maxChunk }),
    ...(o.dtype !== undefined && { dtype: o.dtype }),
    ...(o.appendId !== undefined && { appendId: o.appendId }),
    ...(o.onProgress !== undefined && { onProgress: o.onProgress }),
    ...(o.threads !== undefined && { threads: o.threads }),
    signal: o.signal,
  }
}

export const change: ContainerChange = {
  appendRefuses: {
    metadata: () => usage('frames keep metadata in metalayers', { call: 'setMetadata' }),
    typesize: (name) => usage(`the typesize of a frame cannot change (leave ${name('typesize')} out)`),
  },
  metadataRefuses: {
    grow: (name) => usage(`${name('grow')} is for Bloscpack archives: a frame has room for metalayers`),
  },
  directoryRefusal: SPARSE_REFUSAL,
  append: (place, source, o) => appendToFrame(place.source, source, appendOptionsOf(o)),
  async readMetadata({ source, directory }, { fixed = false }) {
    const schunk = await SChunk.open(directory ?? source)
    try {
      return layersMetadata(schunk, fixed)
    } finally {
      await schunk.close()
    }
  },
  async setMetadata(place, { name, value }, { fixed, signal, threads }) {
    const content = typeof value === 'string' ? packJson(value) : value
    const o = { signal, ...(threads !== undefined && { threads }) }
    await setMetalayer(place.source, name, content, { ...o, fixed })
    return content?.length
  },
}

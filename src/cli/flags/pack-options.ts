// Turns flags into the options of packing that all containers share.

import type { Format } from '../../format/registry.js'
import { checkOptions, type PackOptions } from '../../verbs/options.js'
import type { OpenOptions } from '../../verbs/seekable.js'
import { say } from '../context.js'
import { oneLine } from '../exit.js'
import { parseNamedMeta } from './blosc2-values.js'
import type { CliOptions } from './options.js'

/** Flags that are not called after the option. */
const FLAGS: Partial<Record<keyof PackOptions, string>> = {
  level: 'clevel',
  dictionary: 'dict',
  offsets: 'no-offsets',
  threads: 'nthreads',
}

/** What the command line calls an option: `--chunk-size`. */
function flagOf(option: keyof PackOptions): string {
  return `--${FLAGS[option] ?? option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** The codec and its meta byte; what is neither name nor number is left to the container to refuse. */
function codecOf(text: string): PackOptions {
  const { name, meta } = parseNamedMeta('codec', text)
  return { codec: name, ...(meta !== undefined && { codecMeta: meta }) }
}

/** The options of packing, whatever the container. @throws BlpkError USAGE */
export function packOptions(o: CliOptions): PackOptions {
  return {
    ...(o.codec !== undefined && codecOf(o.codec)),
    ...(o.clevel !== undefined && { level: o.clevel }),
    ...(o.shuffle !== undefined && { shuffle: o.shuffle === false ? 'none' : o.shuffle }),
    ...(o.filters !== undefined && { filters: o.filters }),
    ...(o.splitMode !== undefined && { splitMode: o.splitMode }),
    ...(o.dict !== undefined && { dictionary: o.dict }),
    ...(o.typesize !== undefined && { typesize: o.typesize }),
    ...(o.chunkSize !== undefined && { chunkSize: o.chunkSize }),
    ...(o.blockSize !== undefined && { blockSize: o.blockSize }),
    ...(Array.isArray(o.chunks) && { chunks: o.chunks as readonly number[] }),
    ...(o.blocks !== undefined && { blocks: o.blocks }),
    ...(o.checksum !== undefined && { checksum: o.checksum }),
    ...(o.offsets !== undefined && { offsets: o.offsets }),
    ...(o.maxAppChunks !== undefined && { maxAppChunks: o.maxAppChunks }),
    ...(o.sparse !== undefined && { sparse: o.sparse }),
    ...(o.part !== undefined && { part: o.part }),
    ...(o.force !== undefined && { force: o.force }),
  }
}

/** @throws BlpkError USAGE for options that a format does not take */
export function checkForFormat(format: Format, o: CliOptions): void {
  checkOptions(format, packOptions(o), flagOf)
}

/** Where notes and warnings about the output go. */
export function sayings({ quiet }: CliOptions): Pick<PackOptions, 'onNote' | 'onWarning'> {
  if (quiet === true) return {}
  return {
    onNote: (text) => say(`note: ${oneLine(text)}`),
    onWarning: (text) => say(`warning: ${text}`),
  }
}

/** How containers are opened that others are made of. @param name of the input, for notes */
export function openOptions(name: string, o: CliOptions): OpenOptions {
  const { quiet, maxChunk, dtype, nthreads } = o
  return {
    ...(maxChunk !== undefined && { maxChunk }),
    ...(dtype !== undefined && { dtype }),
    ...(nthreads !== undefined && { threads: nthreads }),
    ...(quiet !== true && { onNote: (text) => say(`note: '${oneLine(name)}': ${text}`) }),
  }
}

import { unsupported, usage } from '../core/errors.js'
import { checkUserId } from '../filters/registry.js'
import type { Workspace } from '../kernels/workspace.js'
import { ndlzDecode } from './ndlz.js'

/** A codec that chunks name by the `udcodec` field, with a meta byte. Addresses are in the arena. */
export interface PluginCodec {
  readonly id: number
  readonly name: string
  /** Do values not come back as they were? */
  readonly lossy?: boolean
  /** Undefined where it is only read. @returns bytes written, or 0 for "store it plain" */
  readonly encode?: (
    ws: Workspace,
    src: number,
    nbytes: number,
    dst: number,
    capacity: number,
    meta: number,
    owner: unknown,
  ) => number
  /** @returns the plain size, or -1 for a malformed stream */
  readonly decode: (
    ws: Workspace,
    src: number,
    cbytes: number,
    dst: number,
    nbytes: number,
    meta: number,
    owner: unknown,
  ) => number
}

const ndlz: PluginCodec = {
  id: 32,
  name: 'ndlz',
  decode: (ws, src, cbytes, dst, nbytes, meta) =>
    ndlzDecode(ws.view(src, cbytes).slice(), ws.view(dst, nbytes), meta),
}

const codecs = new Map<number, PluginCodec>([[ndlz.id, ndlz]])

/** Codecs that C-Blosc2 has registered and that are not read here. */
const KNOWN: Record<number, string> = {
  33: 'ZFP (fixed accuracy)',
  34: 'ZFP (fixed precision)',
  35: 'ZFP (fixed rate)',
  36: 'OpenHTJ2K',
  37: 'grok (JPEG 2000)',
  38: 'OpenZL',
  39: 'JPEG 2000',
  40: 'HTJ2K',
}
/** Those that never give values back as they were; codecs of pictures may. */
const ALWAYS_LOSSY: readonly number[] = [33, 34, 35]
const NEVER_LOSSY: readonly number[] = [38]

/** Does a codec not give values back as they were? Null where nobody knows. */
export function isLossyCodec(id: number): boolean | null {
  const found = codecs.get(id)
  if (found !== undefined) return found.lossy === true
  return ALWAYS_LOSSY.includes(id) ? true : NEVER_LOSSY.includes(id) ? false : null
}

/** What a codec is called, registered here or only known; undefined for others. */
export function codecName(id: number): string | undefined {
  return codecs.get(id)?.name ?? KNOWN[id]
}

/** The codec of a number. @throws BlpkError UNSUPPORTED for one that has none */
export function pluginCodec(id: number): PluginCodec {
  const found = codecs.get(id)
  if (found !== undefined) return found
  const name = KNOWN[id]
  if (name !== undefined) throw unsupported(`the data were compressed by ${name}, which is not supported`)
  const isForUsers = id >= 160
  const how = isForUsers ? '; register it first' : ''
  throw unsupported(
    `the data were compressed by codec number ${id}, which is not known${how}`,
    {},
    isForUsers ? { call: 'registerCodec' } : undefined,
  )
}

/** The registered codec of a name, where there is one. */
export function pluginCodecByName(name: string): PluginCodec | undefined {
  for (const codec of codecs.values()) if (codec.name === name) return codec
  return undefined
}

/** Adds a codec. @throws BlpkError USAGE for a number or a name that is taken or out of range */
export function addCodec(codec: PluginCodec, builtinNames: readonly string[]): void {
  checkUserId(codec.id, codecs.has(codec.id), 'codec')
  if (pluginCodecByName(codec.name) !== undefined || builtinNames.includes(codec.name)) {
    throw usage(`the codec name '${codec.name}' is taken; choose another one`)
  }
  codecs.set(codec.id, codec)
}

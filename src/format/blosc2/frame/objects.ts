// Recognises frames that hold python-blosc2 objects, such as proxies and lazy arrays, besides plain numbers.

import { type BlpkError, unsupported } from '../../../core/errors.js'
import { valueOfMsgpack } from '../msgpack/to-json.js'
import { isFetched, type ObjectFrame } from './fetched.js'
import type { Layers } from './layers.js'

/** What python-blosc2 keeps in a frame besides numbers; metalayers mark it. */
export interface FrameObject {
  /** A short name, as `info --json` has it. */
  kind: string
  /** For a sentence: `a saved lazy expression (LazyExpr)`. */
  what: string
  /** How Python gets at it. */
  how: string
  /**
   * `elsewhere`: the chunks are placeholders. `cache`: they hold what was fetched so far. `other`: they hold
   * something else than numbers, such as packed objects. `frames`: other frames lie in them.
   */
  holds: 'elsewhere' | 'cache' | 'other' | 'frames'
}

const COMPUTE =
  "blosc2.asarray(blosc2.open(path, deserialize='full')[:], urlpath=…) in Python saves its values"
const OPEN = 'blosc2.open(path) in Python opens it'

const elsewhere = (kind: string, what: string): FrameObject => ({
  kind,
  what,
  how: COMPUTE,
  holds: 'elsewhere',
})
const other = (kind: string, what: string, how = OPEN): FrameObject => ({ kind, what, how, holds: 'other' })
const store = (kind: string, name: string): FrameObject => ({
  kind,
  what: `a store of python-blosc2 (${name}), with other frames inside`,
  how: 'in Python blosc2.open(path)[key] gives one, and its save(name) writes it to a file of its own',
  holds: 'frames',
})

const PROXY: FrameObject = {
  kind: 'proxy',
  what: 'the cache of a proxy (Proxy)',
  how: `${COMPUTE}, and a proxy's fetch() completes the cache`,
  holds: 'cache',
}
const LAZY_UDF = elsewhere('lazyudf', 'a saved lazy function (LazyUDF)')
const LAZY_ARRAY = elsewhere('lazyarray', 'a saved lazy array (LazyArray)')
const BATCHES = other('batcharray', 'batches (BatchArray)')
const TABLE = other(
  'ctable',
  'the description of a table (CTable), whose columns are in other files',
  'blosc2.CTable.open(path of its directory) in Python opens it',
)

/** Kinds of the metalayer `b2o`. */
const B2O_KINDS: readonly FrameObject[] = [
  elsewhere('lazyexpr', 'a saved lazy expression (LazyExpr)'),
  LAZY_UDF,
  elsewhere('c2array', 'a reference to an array on a Caterva2 server (C2Array)'),
  { ...elsewhere('remote_array', 'a reference to a remote array (RemoteArray)'), holds: 'cache' },
]
const UNKNOWN_B2O = elsewhere('b2o', 'a saved object of python-blosc2 (b2o)')

type Find = (content: Uint8Array) => FrameObject | undefined
/** An object by the name of a metalayer, or by its content where that tells more. The first one that fits counts. */
const MARKS: readonly (readonly [where: 'meta' | 'vlmeta', name: string, what: FrameObject | Find])[] = [
  ['meta', 'b2o', b2oOf],
  ['vlmeta', 'b2o', b2oOf],
  ['meta', 'LazyArray', (content) => (read(content) === 1 ? LAZY_UDF : LAZY_ARRAY)],
  ['vlmeta', '_LazyArray', LAZY_ARRAY],
  ['meta', 'proxy-source', PROXY],
  ['vlmeta', 'proxy-fetched', PROXY],
  ['vlmeta', 'proxy-fetched-blocks', PROXY],
  ['meta', 'listarray', other('listarray', 'lists (ListArray)')],
  ['meta', 'ctable_varlen_scalar', other('ctable-column', 'a column of a table (CTable), in batches')],
  ['meta', 'batcharray', BATCHES],
  ['vlmeta', '_batch_array_metadata', BATCHES],
  ['meta', 'vlarray', other('objectarray', 'Python objects (ObjectArray)')],
  ['meta', 'b2embed', store('embedstore', 'EmbedStore')],
  ['meta', 'b2dict', store('dictstore', 'DictStore')],
  ['meta', 'b2tree', store('treestore', 'TreeStore')],
  ['vlmeta', 'estore_metadata', store('embedstore', 'EmbedStore')],
  ['vlmeta', 'kind', (content) => (read(content) === 'ctable' ? TABLE : undefined)],
]

/** A value of msgpack; undefined where it is none. */
function read(content: Uint8Array): unknown {
  try {
    return valueOfMsgpack(content)
  } catch {
    return undefined
  }
}

function b2oOf(content: Uint8Array): FrameObject {
  const { kind } = (read(content) ?? {}) as { kind?: unknown }
  return B2O_KINDS.find((one) => one.kind === kind) ?? UNKNOWN_B2O
}

/** Metalayers that mark an object, or say how much of it there is. */
const OBJECT_LAYER =
  /^(b2o|_b2o_user_vlmeta|_?LazyArray|proxy-.*|remote-store|listarray|ctable_varlen_scalar|batcharray|_batch_array_metadata|vlarray|b2embed|b2dict|b2tree|b2remote_.*|estore_metadata)$/

/** Does a metalayer belong to an object, so that plain numbers must not carry it? */
export function isObjectLayer(name: string): boolean {
  return OBJECT_LAYER.test(name)
}

/**
 * What a frame is besides a list of numbers, by its metalayers.
 * @param vlmeta plain contents; an empty map where they are not known
 * @returns undefined for plain frames and arrays, and for what is not known
 */
export function objectIn(meta: Layers, vlmeta: Layers): FrameObject | undefined {
  for (const [where, name, what] of MARKS) {
    const content = (where === 'meta' ? meta : vlmeta).get(name)
    if (content === undefined) continue
    const found = typeof what === 'function' ? what(content) : what
    if (found !== undefined) return found
  }
  return undefined
}

/** Are the values of the frame elsewhere, all or some of them? */
export function isStandIn(object: FrameObject | undefined, frame: ObjectFrame): boolean {
  if (object?.holds === 'cache') return !isFetched(frame)
  return object?.holds === 'elsewhere'
}

/** What is to be said of a frame that is more than a list of numbers, but holds what it stands for. */
export function objectText({ what, how, holds }: FrameObject): string {
  if (holds === 'cache') return `it is ${what}, and holds all values`
  return `it ${holds === 'frames' ? 'is' : 'holds'} ${what}: ${how}`
}

/** The error for whoever wants values that are elsewhere. */
export function standInError({ what, how, holds }: FrameObject, path?: string): BlpkError {
  const values =
    holds === 'cache'
      ? 'not all of its values were fetched, and the others would look like zeros'
      : 'it holds no values of its own'
  return unsupported(`it is ${what}: ${values}; ${how}`, path === undefined ? {} : { path })
}

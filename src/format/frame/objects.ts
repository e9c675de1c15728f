// Recognises frames that hold python-blosc2 objects, such as proxies and lazy arrays.

import { type BlpkError, unsupported } from '../../core/errors.js'
import { isFetched, type ObjectFrame } from './fetched.js'
import type { Layers } from './layers.js'
import { valueOfMsgpack } from './msgpack/to-json.js'

/** A kind of python-blosc2 object in a frame, which metalayers mark. */
export interface FrameObject {
  /** A short name, for `info --json`. */
  kind: string
  /** For a sentence: `a saved lazy expression (LazyExpr)`. */
  what: string
  /** How to access it in Python. */
  how: string
  /**
   * `elsewhere`: the chunks are placeholders. `cache`: they hold what was fetched so far. `other`: they hold
   * something other than numbers, such as packed objects. `frames`: they hold other frames.
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
/** An object by the name of a metalayer, or by its content if that tells more. The first match counts. */
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

/** Parses a msgpack value; undefined if it is invalid. */
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

/** Metalayers that mark an object, or describe its extent. */
const OBJECT_LAYER =
  /^(b2o|_b2o_user_vlmeta|_?LazyArray|proxy-.*|remote-store|listarray|ctable_varlen_scalar|batcharray|_batch_array_metadata|vlarray|b2embed|b2dict|b2tree|b2remote_.*|estore_metadata)$/

/** Whether a metalayer belongs to an object, so that plain numbers must not have it. */
export function isObjectLayer(name: string): boolean {
  return OBJECT_LAYER.test(name)
}

/**
 * The kind of object in a frame, by its metalayers.
 * @param vlmeta uncompressed contents; an empty map if unknown
 * @returns undefined for plain frames and arrays, and for unknown kinds
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

/** Whether any values of the frame are stored elsewhere. */
export function isStandIn(object: FrameObject | undefined, frame: ObjectFrame): boolean {
  if (object?.holds === 'cache') return !isFetched(frame)
  return object?.holds === 'elsewhere'
}

/** The note about a frame that is more than a list of numbers, but holds its values. */
export function objectText({ what, how, holds }: FrameObject): string {
  if (holds === 'cache') return `it is ${what}, and holds all values`
  return `it ${holds === 'frames' ? 'is' : 'holds'} ${what}: ${how}`
}

/** The error for reading values that are stored elsewhere. */
export function standInError({ what, how, holds }: FrameObject, path?: string): BlpkError {
  const values =
    holds === 'cache'
      ? 'not all of its values were fetched, and the missing ones would read as zeros'
      : 'it holds no values of its own'
  return unsupported(`it is ${what}: ${values}; ${how}`, path === undefined ? {} : { path })
}

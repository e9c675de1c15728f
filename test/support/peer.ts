import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const VENV = join(ROOT, '.venv')
/** Written by scripts/setup-python.mjs when everything is in place. */
const STAMP = join(VENV, 'blpk-stamp')
const PYTHON = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
const SCRIPT = join(ROOT, 'scripts', 'python', 'peer.py')

/** Arguments of Bloscpack's pack functions, by their names there. */
export interface PeerPacking {
  chunk_size?: number
  blosc_args?: { typesize?: number; clevel?: number; shuffle?: number; cname?: string }
  bloscpack_args?: { offsets?: boolean; checksum?: string; max_app_chunks?: number }
  metadata?: unknown
}

export interface PeerArray {
  dtype: string
  shape: number[]
  fortran: boolean
  sha256: string
}

/** Compression parameters of python-blosc2; filters with their meta bytes. */
export interface PeerB2Params {
  codec: string
  level?: number
  typesize: number
  filters: (readonly [string, number])[]
  use_dict?: boolean
  /** 0 for C-Blosc2's rule. */
  blocksize?: number
}

export interface PeerFrame {
  nchunks: number
  nbytes: number
  typesize: number
  vlmeta: Record<string, unknown>
  sha256: string
  slices: string[]
  /** Digest of the items that were asked for, of a frame. */
  part?: string
  shape?: number[]
  chunks?: number[]
  blocks?: number[]
  dtype?: string
}

/** A change of a frame in place; the chunks are in files. */
export type PeerStep =
  | { kind: 'append'; input: string }
  | { kind: 'insert' | 'update'; index: number; input: string }
  | { kind: 'delete'; index: number }
  | { kind: 'set'; name: string; value: unknown }
  | { kind: 'remove'; name: string }
  | { kind: 'resize'; shape: number[] }

/** How a chunk is compressed; `most` bytes of the data become one. */
export interface ChunkSetting {
  format: 'blosc1' | 'blosc2'
  codec: string
  level: number
  shuffle: 'none' | 'byte' | 'bit'
  /** 0 for the rule of the library. */
  blockSize: number
  most: number
}

interface Commands {
  b2_versions: [Record<never, never>, { blosc2: string; c_blosc2: string }]
  b2_schunk: [
    PeerB2Params & {
      input: string
      output: string
      chunksize: number
      contiguous?: boolean
      vlmeta?: Record<string, unknown>
    },
    null,
  ]
  b2_array: [
    PeerB2Params & {
      input: string
      output: string
      dtype: string
      shape: number[]
      chunks?: number[]
      blocks?: number[]
    },
    null,
  ]
  b2_describe: [{ input: string; slices?: [number, number, number][][]; items?: [number, number] }, PeerFrame]
  b2_from_npy: [{ input: string; output: string }, null]
  b2_to_npy: [{ input: string; output: string }, null]
  same_arrays: [{ input: string; output: string }, boolean]
  b2_vlmeta: [{ archive: string; set: Record<string, unknown>; remove: string[] }, null]
  b2_edit: [{ archive: string; input: string; insert: number; update: number; remove: number }, null]
  b2_register: [Record<never, never>, null]
  b2_tutorial: [
    { input: string; output: string; chunksize: number; codec: number; filters: number[] },
    number,
  ]
  b2_append: [{ archive: string; input: string }, null]
  b2_change: [{ archive: string; steps: PeerStep[] }, null]
  b2_disturb: [
    { archive: string; kind: 'update' | 'vlmeta' | 'meta' | 'all'; value?: string },
    Record<string, number> | null,
  ]
  b2_pack_tensor: [{ input: string; output: string }, null]
  b2_tensor_npy: [{ input: string; output: string }, null]
  b2_unpack_tensor: [{ input: string }, PeerArray]
  b2_objects: [{ directory: string }, Record<'elsewhere' | 'whole' | 'other' | 'stores', string[]>]
  b2_listed: [{ input: string }, string[]]
  chunk_sizes: [
    { input: string; typesize: number; settings: readonly ChunkSetting[] },
    [nbytes: number, header: string][],
  ]
  /** Calls a function of scripts/python/hdf5.py; test/support/hdf5-peer.ts has its types. */
  h5: [{ function: string; arguments: readonly unknown[] }, unknown]
  hello: [Record<never, never>, { bloscpack: string; blosc: string; numpy: string; codecs: string[] }]
  pack: [{ input: string; output: string } & PeerPacking, null]
  unpack: [{ input: string; output: string }, { sha256: string; metadata: unknown }]
  pack_ndarray: [{ input: string; output: string } & PeerPacking, PeerArray]
  unpack_ndarray: [{ input: string }, PeerArray]
  load: [{ input: string }, PeerArray]
  npy_take: [{ input: string; key: string }, PeerArray]
  append: [{ archive: string; input: string; blosc_args?: PeerPacking['blosc_args'] }, null]
  rewrite_metadata: [{ archive: string; metadata: unknown }, null]
  info: [{ input: string }, { header: Record<string, unknown>; metadata: unknown; offsets: number[] }]
  save_samples: [{ directory: string }, string[]]
  save_selections: [
    { directory: string; seed: number; arrays: number; parts: number },
    { name: string; part: string; slice: string; field: string | null }[],
  ]
}

/** Python's bloscpack in a process of its own (scripts/python/peer.py). */
export class Peer {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncIterator<string>
  #codecs: string[] = []

  constructor(python: string) {
    this.#child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** Codecs that its C-Blosc was built with. */
  get codecs(): readonly string[] {
    return this.#codecs
  }

  async start(): Promise<this> {
    this.#codecs = (await this.call('hello', {})).codecs
    return this
  }

  /** Runs a command; one at a time. */
  async call<C extends keyof Commands>(command: C, args: Commands[C][0]): Promise<Commands[C][1]> {
    this.#child.stdin.write(`${JSON.stringify({ command, ...args })}\n`)
    const { done, value } = await this.#answers.next()
    if (done === true) throw new Error(`Python ended during '${command}'`)
    const answer = JSON.parse(value) as { result: Commands[C][1]; error?: string }
    if (answer.error !== undefined) throw new Error(`Python's ${command}: ${answer.error}`)
    return answer.result
  }

  stop(): void {
    this.#child.stdin.end()
  }
}

/** On CI, what cannot be checked is a failure. */
export function peersRequired(): boolean {
  return process.env.CI === 'true' || process.env.BLPK_REQUIRE_PEERS === '1'
}

/**
 * Starts the peer, and adds a test that fails, or says in one line what was not checked, where there is none.
 * @param what what the tests that need it check
 */
export async function startPeer(what: string): Promise<Peer | undefined> {
  const python = pythonOfPeer(what)
  const peer = python === undefined ? undefined : await new Peer(python).start()
  afterAll(() => peer?.stop())
  return peer
}

/** The same, of the Python that has bloscpack and blosc2. */
export function pythonOfPeer(what: string): string | undefined {
  const path = join(VENV, ...PYTHON)
  const python = existsSync(STAMP) ? path : undefined
  test("Python's bloscpack is there to test against", () => {
    if (peersRequired())
      expect(python, `${path} is missing; run: node scripts/setup-python.mjs`).toBeDefined()
    else if (python === undefined) console.warn(`not checked, for want of Python's bloscpack: ${what}`)
  })
  return python
}

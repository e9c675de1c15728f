import { type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runInResident } from './resident.js'

export const ROOT = join(import.meta.dirname, '..', '..')
/** The program, as a user starts it. */
export const BLPK = join(ROOT, 'bin', 'blpk.js')
/** Shells and named pipes are tested where they are at home. */
export const isPosix = process.platform !== 'win32'

/** What a process did. */
export interface Outcome {
  /** As a shell gives it: 128 and its number where a signal was the end. */
  code: number | null
  signal: NodeJS.Signals | null
  out: Buffer
  err: string
}

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  input?: Uint8Array | string
  /** Called with the process once it runs. */
  started?: (pid: number) => void
  /** Use a process of its own in `npm test` too, which starts and ends as a user's does. */
  alone?: boolean
}

function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  // What the machine that tests says of colours or terminals must not decide.
  const { NO_COLOR, FORCE_COLOR, COLUMNS, NODE_OPTIONS, ...rest } = process.env
  return { ...rest, TERM: 'xterm', LC_ALL: 'C.UTF-8', BLPK, NODE: process.execPath, ...extra }
}

function outcomeOf(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const spawnOptions: SpawnOptions = { env: environment(options.env), stdio: 'pipe', ...options }
  spawnOptions.env = environment(options.env)
  const child = spawn(command, args, spawnOptions)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (piece: Buffer) => out.push(piece))
  child.stderr?.on('data', (piece: Buffer) => err.push(piece))
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input ?? '')
  if (child.pid !== undefined) options.started?.(child.pid)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) =>
      resolve({
        code: signal === null ? status : 128 + constants.signals[signal],
        signal,
        out: Buffer.concat(out),
        err: Buffer.concat(err).toString(),
      }),
    )
  })
}

/** Runs blpk with arguments, in pipes. */
export function blpk(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { env, input, started, alone = false, cwd = process.cwd() } = options
  const isPlain = !alone && env === undefined && input === undefined && started === undefined
  const outcome = isPlain ? runInResident(args, cwd, environment()) : undefined
  return outcome ?? outcomeOf(process.execPath, [BLPK, ...args], options)
}

/** Runs a line of bash, in which `blpk` is the program. */
export function shell(line: string, options: RunOptions = {}): Promise<Outcome> {
  return outcomeOf('bash', ['-c', `blpk() { "$NODE" "$BLPK" "$@"; }; ${line}`], options)
}

/** Makes a directory for a test, which is removed behind it. */
export function tempDir(): string {
  const path = mkdtempSync(join(tmpdir(), 'blpk-cli-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Names of all files in a directory, hidden ones too. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory).sort()
}

/** Waits until something is true, such as that a file has come up. */
export async function until(isTrue: () => boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('it did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Is there a process, and has it opened an output yet? */
export function hasTemporary(directory: string, least = 0): boolean {
  const name = filesIn(directory).find((file) => file.endsWith('.tmp'))
  return name !== undefined && statSync(join(directory, name)).size >= least
}

/** Bytes that compress well: float32 numbers that grow slowly. */
export function ramp(nbytes: number): Buffer {
  const items = new Float32Array(Math.ceil(nbytes / 4))
  for (let i = 0; i < items.length; i++) items[i] = i / 16
  return Buffer.from(items.buffer).subarray(0, nbytes)
}

/** Bytes that do not compress, the same ones each time. */
export function noise(nbytes: number): Buffer {
  const words = new Uint32Array(Math.ceil(nbytes / 4))
  let state = 0x9e3779b9
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return Buffer.from(words.buffer).subarray(0, nbytes)
}

/** A `.npy` file, format version 1. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array, fortran = false): Buffer {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const order = fortran ? 'True' : 'False'
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${dims}), }`
  const header = Buffer.from(`${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`, 'latin1')
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8])
  return Buffer.concat([start, header, data])
}

/** Writes a file into a directory. @returns its path */
export function put(directory: string, name: string, content: Uint8Array | string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

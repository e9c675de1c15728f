// A process that runs one command line after another, for tests of what blpk does and not of how it starts and ends.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ALL } from '../support/long.js'
import type { Outcome } from './run.js'

const PROGRAM = join(import.meta.dirname, 'resident.cjs')
/** Written after the output of each run. */
const MARK = Buffer.from('\0 the end of a run \0\n')

/** Arguments that concern the process itself: its streams and descriptors, plug-ins, connections, traces. */
const NEEDS_ITS_OWN = /^-$|^-[a-z]*d$|^--debug$|^--plugin|\/fd\/|\/dev\/(?!null$)|:\/\//

/** The output on a stream, up to the mark. */
class Heard {
  readonly #pieces: Buffer[] = []

  /** @returns whether the mark has come */
  add(piece: Buffer): boolean {
    this.#pieces.push(piece)
    const end = piece.length < MARK.length ? this.bytes : piece
    return end.subarray(-MARK.length).equals(MARK)
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  get content(): Buffer {
    const { bytes } = this
    return bytes.subarray(-MARK.length).equals(MARK) ? bytes.subarray(0, -MARK.length) : bytes
  }
}

class Resident {
  readonly #child: ChildProcess
  readonly environment: string
  isBusy = false
  isGone = false

  constructor(environment: NodeJS.ProcessEnv) {
    this.environment = JSON.stringify(environment)
    this.#child = spawn(process.execPath, [PROGRAM], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    })
    this.#child.stdin?.on('error', () => {}).end()
    this.#child.on('error', () => {})
    this.#child.on('exit', () => {
      this.isGone = true
    })
    this.#keepAlive(false)
    process.once('exit', () => this.#child.kill('SIGKILL'))
  }

  /** The test runner can exit while the resident process is idle. */
  #keepAlive(isNeeded: boolean): void {
    const { stdout, stderr, channel } = this.#child
    for (const each of [this.#child, channel, stdout as Socket | null, stderr as Socket | null])
      isNeeded ? each?.ref() : each?.unref()
  }

  run(args: readonly string[], cwd: string): Promise<Outcome> {
    const child = this.#child
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('a resident without streams')
    const out = new Heard()
    const err = new Heard()
    this.isBusy = true
    this.#keepAlive(true)
    return new Promise((resolve) => {
      let code: number | undefined
      let marks = 0
      const end = (status: number | null, signal: NodeJS.Signals | null): void => {
        stdout.off('data', onOut)
        stderr.off('data', onErr)
        child.off('message', onMessage)
        child.off('close', end)
        this.#keepAlive(false)
        this.isBusy = false
        resolve({
          code: signal === null ? status : 128 + constants.signals[signal],
          signal,
          out: out.content,
          err: err.content.toString(),
        })
      }
      const endIfAll = (): void => {
        if (code !== undefined && marks === 2) end(code, null)
      }
      const hear =
        (heard: Heard) =>
        (piece: Buffer): void => {
          if (heard.add(piece)) marks++
          endIfAll()
        }
      const onOut = hear(out)
      const onErr = hear(err)
      const onMessage = (message: unknown): void => {
        code = (message as { code: number }).code
        endIfAll()
      }
      stdout.on('data', onOut)
      stderr.on('data', onErr)
      child.on('message', onMessage)
      // A run that ends its process ends the resident one.
      child.on('close', end)
      child.send({ args, cwd, mark: MARK.toString() })
    })
  }
}

let resident: Resident | undefined

/**
 * Runs a command line in the resident process, which takes a tenth of the time of a start.
 * @returns undefined if the command line needs a process of its own, or if another one is running; always in
 *   `npm run test:all`
 */
export function runInResident(
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv,
): Promise<Outcome> | undefined {
  if (ALL || args.some((argument) => NEEDS_ITS_OWN.test(argument))) return undefined
  if (resident === undefined || resident.isGone) resident = new Resident(environment)
  if (resident.isBusy || resident.environment !== JSON.stringify(environment)) return undefined
  return resident.run(args, cwd)
}

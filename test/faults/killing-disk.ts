import type { OpenFlags } from '../../dist/disk/disk.js'
import type { Disk } from '../../dist/index.js'

/** Where in an operation the process dies. `half`: of a write, half of the bytes are written. */
export type Phase = 'before' | 'half' | 'after'

/** A moment at which the process dies. */
export interface Moment {
  /** Index of the operation that changes something, from 0. */
  operation: number
  phase: Phase
}

/** The operations that change something, and so are worth dying at. */
const CHANGING = [
  'write',
  'truncate',
  'sync',
  'dress',
  'setTimes',
  'rename',
  'link',
  'unlink',
  'syncDirectory',
] as const

type Changing = (typeof CHANGING)[number]

/** A disk on which the process dies at a moment: from then on nothing gets done any more. */
export class KillingDisk {
  /** Names of the operations that changed something. */
  readonly operations: string[] = []
  readonly disk: Disk
  readonly #under: Disk
  readonly #moment: Moment | undefined
  readonly #open = new Set<number>()
  #dead = false

  constructor(under: Disk, moment?: Moment) {
    this.#under = under
    this.#moment = moment
    this.disk = this.#wrap()
  }

  get died(): boolean {
    return this.#dead
  }

  #wrap(): Disk {
    const under = this.#under
    const guarded: Disk = {
      ...under,
      shared: false,
      realpath: (path) => this.#alive(() => under.realpath(path)),
      find: (path) => this.#alive(() => under.find(path)),
      list: (path) => this.#alive(() => under.list(path)),
      facts: (fd) => this.#alive(() => under.facts(fd)),
      read: (...args) => this.#alive(() => under.read(...args)),
      tryLock: (...args) => this.#alive(() => under.tryLock(...args)),
      open: (path, flags) =>
        flags === 'wx+' ? this.#step('create', () => this.#opened(path, flags)) : this.#opened(path, flags),
      close: (fd) => this.#alive(() => this.#closed(fd)),
    }
    for (const name of CHANGING) this.#count(guarded, name)
    return guarded
  }

  #opened(path: string, flags: OpenFlags): number {
    return this.#alive(() => {
      const fd = this.#under.open(path, flags)
      this.#open.add(fd)
      return fd
    })
  }

  #closed(fd: number): void {
    this.#open.delete(fd)
    this.#under.close(fd)
  }

  #count(disk: Disk, name: Changing): void {
    const act = this.#under[name] as (...args: unknown[]) => void
    const half = (args: unknown[]): void => {
      if (name !== 'write') return
      const bytes = args[1] as Uint8Array
      act(args[0], bytes.subarray(0, bytes.length >> 1), args[2])
    }
    Object.assign(disk, {
      [name]: (...args: unknown[]) =>
        this.#step(
          name,
          () => act(...args),
          () => half(args),
        ),
    })
  }

  #alive<T>(action: () => T): T {
    if (this.#dead) throw new Error('killed')
    return action()
  }

  #step<T>(name: string, action: () => T, half: () => void = () => {}): T {
    return this.#alive(() => {
      const at = this.operations.length
      this.operations.push(name)
      const phase = this.#moment?.operation === at ? this.#moment.phase : undefined
      if (phase === 'before') this.#die()
      if (phase === 'half') {
        half()
        this.#die()
      }
      const result = action()
      if (phase === 'after') this.#die()
      return result
    })
  }

  #die(): never {
    this.#dead = true
    throw new Error('killed')
  }

  /** What the kernel does when a process is gone: closes its files, which frees its locks. */
  bury(): void {
    for (const fd of [...this.#open]) this.#closed(fd)
  }
}

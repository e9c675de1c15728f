import type { Hand } from './hand.js'

/** Tasks that a worker holds: one in work, and one so that it does not wait for our answer. */
const HELD = 2

interface Waiting {
  start(hand: Hand): Promise<number>
  resolve(value: number): void
  reject(error: unknown): void
}

/**
 * Who does what next. Writes go first, and one at a time: a file takes one writer, and a second one would
 * spin on its lock in place of compressing.
 */
export class Roster {
  readonly #hands: readonly Hand[]
  readonly #tasks: Waiting[] = []
  readonly #writes: Waiting[] = []
  #writing = false

  constructor(hands: readonly Hand[]) {
    this.#hands = hands
  }

  /** Gives the task to the first worker that has time for it. */
  add(start: Waiting['start']): Promise<number> {
    return this.#enter(this.#tasks, start)
  }

  /** The same for a task that does nothing but write. */
  write(start: Waiting['start']): Promise<number> {
    return this.#enter(this.#writes, start)
  }

  #enter(line: Waiting[], start: Waiting['start']): Promise<number> {
    return new Promise((resolve, reject) => {
      line.push({ start, resolve, reject })
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (let hand = this.#leastBusy(); hand !== undefined; hand = this.#leastBusy()) {
      const write = this.#writing ? undefined : this.#writes.shift()
      const next = write ?? this.#tasks.shift()
      if (next === undefined) return
      if (write !== undefined) this.#writing = true
      next
        .start(hand)
        .finally(() => {
          if (write !== undefined) this.#writing = false
          this.#dispatch()
        })
        .then(next.resolve, next.reject)
    }
  }

  #leastBusy(): Hand | undefined {
    let best: Hand | undefined
    for (const hand of this.#hands)
      if (hand.busy < HELD && (best === undefined || hand.busy < best.busy)) best = hand
    return best
  }
}

import { type Hand, NotStarted } from './hand.js'
import type { Task } from './task.js'

interface Waiting {
  task: Task
  resolve(value: number): void
  reject(error: unknown): void
}

/**
 * Who does what next. Writes go first, and one hand at a time writes: a file takes one writer, and a second one
 * would spin on its lock in place of compressing.
 */
export class Roster {
  readonly #hands: Hand[]
  readonly #spare: () => Hand
  readonly #tasks: Waiting[] = []
  readonly #writes: Waiting[] = []
  /** Who writes now, and how many writes it still has. */
  #writer: Hand | undefined
  #writing = 0

  /** @param spare who works where none of the hands can */
  constructor(hands: Hand[], spare: () => Hand) {
    this.#hands = hands
    this.#spare = spare
  }

  /** Gives the task to the first that has time for it. */
  add(task: Task): Promise<number> {
    return new Promise((resolve, reject) => {
      const line = task.kind === 'write' ? this.#writes : this.#tasks
      line.push({ task, resolve, reject })
      this.dispatch()
    })
  }

  /** Hands out what waits; to be called when somebody has become free. */
  dispatch(): void {
    if (this.#hands.length > 0 && this.#hands.every(({ isGone }) => isGone)) this.#hands.push(this.#spare())
    while (this.#startWrite() || this.#startTask());
  }

  #startWrite(): boolean {
    if (this.#writes.length === 0) return false
    const hand = this.#writing > 0 ? this.#writer : this.#leastBusy()
    if (hand?.isFree !== true) return false
    this.#writer = hand
    this.#writing++
    this.#start(hand, this.#writes.shift(), () => this.#writing--)
    return true
  }

  #startTask(): boolean {
    const hand = this.#tasks.length === 0 ? undefined : this.#leastBusy()
    if (hand === undefined) return false
    this.#start(hand, this.#tasks.shift(), () => {})
    return true
  }

  #start(hand: Hand, waiting: Waiting | undefined, onEnd: () => void): void {
    if (waiting === undefined) return
    hand
      .perform(waiting.task)
      .finally(() => {
        onEnd()
        this.dispatch()
      })
      .then(waiting.resolve, (error) => {
        if (!(error instanceof NotStarted)) return waiting.reject(error)
        // In front of all that came later.
        const line = waiting.task.kind === 'write' ? this.#writes : this.#tasks
        line.unshift(waiting)
        this.dispatch()
      })
  }

  /** Of hands that are as busy, the first. */
  #leastBusy(): Hand | undefined {
    let best: Hand | undefined
    for (const hand of this.#hands) {
      if (hand.isFree && (best === undefined || hand.busy < best.busy)) best = hand
    }
    return best
  }
}

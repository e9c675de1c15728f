// Processes several chunks at a time and delivers the results in order: the loop of packing and unpacking.

import { EventTurns } from '../core/event-turns.js'

/** A chunk in progress, with its slot. */
interface Pending<Slot, Item, Result> {
  slot: Slot
  item: Item
  result: Promise<Result>
}

export interface InOrder<Slot, Item, Result> {
  slots: readonly Slot[]
  /** Reads the next item into a slot; undefined at the end. */
  next(slot: Slot): Promise<Item | undefined>
  /** Starts the work on it. */
  work(slot: Slot, item: Item): Promise<Result>
  /**
   * Takes the results, in the order of the items. The slot is free when this is done, or when the promise in
   * `free` resolves; the next result need not wait for that.
   */
  done(slot: Slot, item: Item, result: Result): Promise<{ free: Promise<unknown> } | undefined>
  /** Stops before the next item. */
  signal?: AbortSignal | undefined
}

/** A finished item. */
export interface Finished<Slot, Item, Result> {
  slot: Slot
  item: Item
  result: Result
}

/**
 * Reads ahead into free slots while earlier items are processed, and delivers the results in order. There are
 * never more items in flight than slots.
 */
export class Flow<Slot, Item, Result> {
  readonly #o: Omit<InOrder<Slot, Item, Result>, 'done'>
  readonly #free: Slot[]
  readonly #turns = new EventTurns()
  readonly #queue: Pending<Slot, Item, Result>[] = []
  readonly #leaving = new Set<Promise<unknown>>()
  #hasEnded = false

  constructor(o: Omit<InOrder<Slot, Item, Result>, 'done'>) {
    this.#o = o
    this.#free = [...o.slots]
  }

  async #fill(): Promise<void> {
    while (!this.#hasEnded) {
      const slot = this.#free.pop()
      if (slot === undefined) return
      await this.#turns.rest()
      this.#o.signal?.throwIfAborted()
      const item = await this.#o.next(slot)
      if (item === undefined) {
        this.#hasEnded = true
        return
      }
      const result = this.#o.work(slot, item)
      // A failure is reported in its turn; until then it must not be an unhandled rejection.
      result.catch(() => {})
      this.#queue.push({ slot, item, result })
    }
  }

  /** The next result; undefined at the end. */
  async next(): Promise<Finished<Slot, Item, Result> | undefined> {
    for (;;) {
      await this.#fill()
      const head = this.#queue.shift()
      if (head !== undefined) return { slot: head.slot, item: head.item, result: await head.result }
      if (this.#leaving.size > 0) await Promise.race(this.#leaving)
      // A slot may have become free meanwhile.
      else if (this.#hasEnded) return undefined
    }
  }

  /** Frees the slot of a result, now or when a promise resolves. */
  release(slot: Slot, after?: Promise<unknown>): void {
    if (after === undefined) {
      this.#free.push(slot)
      return
    }
    const left = after.then(() => {
      this.#leaving.delete(left)
      this.#free.push(slot)
    })
    left.catch(() => {})
    this.#leaving.add(left)
  }

  /** Waits until nothing is in flight. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#queue.map((pending) => pending.result), ...this.#leaving])
  }
}

/** Processes all items, and delivers the results in order. */
export async function inOrder<Slot, Item, Result>(o: InOrder<Slot, Item, Result>): Promise<void> {
  const flow = new Flow(o)
  try {
    for (let one = await flow.next(); one !== undefined; one = await flow.next()) {
      const later = await o.done(one.slot, one.item, one.result)
      flow.release(one.slot, later?.free)
    }
  } finally {
    await flow.settle()
  }
}

import { EventTurns } from '../core/event-turns.js'

/** Work on a chunk that is under way, with the slot it holds. */
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
   * Takes the results, in the order of the items. The slot is free again when this is done, or when the
   * promise in `free` is kept: the next result is then not kept waiting.
   */
  done(slot: Slot, item: Item, result: Result): Promise<{ free: Promise<unknown> } | undefined>
  /** Stops before the next item. */
  signal?: AbortSignal | undefined
}

/**
 * The inner loop of packing and unpacking: reads ahead into free slots while earlier items are worked
 * on, and hands the results on in order. Never more items are in flight than there are slots.
 */
export async function inOrder<Slot, Item, Result>(o: InOrder<Slot, Item, Result>): Promise<void> {
  const free = [...o.slots]
  const turns = new EventTurns()
  const queue: Pending<Slot, Item, Result>[] = []
  let ended = false
  const fill = async (): Promise<void> => {
    while (!ended) {
      const slot = free.pop()
      if (slot === undefined) return
      await turns.rest()
      o.signal?.throwIfAborted()
      const item = await o.next(slot)
      if (item === undefined) {
        ended = true
        return
      }
      const result = o.work(slot, item)
      // A failure counts when its turn comes; until then it must not be called unhandled.
      result.catch(() => {})
      queue.push({ slot, item, result })
    }
  }
  const leaving = new Set<Promise<unknown>>()
  const finish = async ({ slot, item, result }: Pending<Slot, Item, Result>): Promise<void> => {
    const later = await o.done(slot, item, await result)
    if (later === undefined) {
      free.push(slot)
      return
    }
    const left = later.free.then(() => {
      leaving.delete(left)
      free.push(slot)
    })
    left.catch(() => {})
    leaving.add(left)
  }
  try {
    await fill()
    while (queue.length > 0 || leaving.size > 0) {
      const head = queue.shift()
      if (head !== undefined) await finish(head)
      else await Promise.race(leaving)
      await fill()
    }
  } finally {
    await Promise.allSettled([...queue.map((pending) => pending.result), ...leaving])
  }
}

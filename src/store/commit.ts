// The commit of a write: it becomes visible exactly once, even if answers are lost.

import { BlpkError } from '../core/errors.js'
import { type NetSettings, Retries, TransientError } from '../net/retry.js'
import { knowsNoConditions } from './errors.js'
import type { Condition, Head, PartUpload, Traits } from './object-store.js'
import type { StoredObject } from './stored-object.js'
import { writeIdsOf } from './write-ids.js'

/** What becomes visible at once: a small object whole, or the parts of an upload. */
export type Commit = { body: Uint8Array } | { upload: PartUpload }

/** One write of an object. */
export interface Write {
  /** By which it is known again; it is among the traits. */
  id: string
  traits: Traits
  /** Name of the state that it comes from. A state that has this name, and not the id, came without the write. */
  after?: string
}

/** What a commit demands of the object that it replaces. */
export interface Demand extends Condition {
  /** If the store knows no conditions: write without. */
  readonly optional?: boolean
}

/** How a commit ended: done, or the condition did not hold, and nothing was written. */
export type Outcome = 'done' | 'condition failed'

/** The answer to a commit was lost, and what is there now does not tell what became of it. */
function unknownOutcome(name: string, reason: string): BlpkError {
  const message = `${reason}; it is not known whether '${name}' was written: look at it before trying again`
  return new BlpkError('UNKNOWN', message, { path: name })
}

/** Tries of one commit, and what they taught. */
class Committing {
  readonly #object: StoredObject
  readonly #commit: Commit
  readonly #write: Write
  readonly #net: NetSettings
  readonly #retries: Retries
  #demand: Demand
  /** Was an answer lost, so that an earlier try may be the reason that a later one is refused? */
  #isLost = false

  constructor(object: StoredObject, commit: Commit, write: Write, demand: Demand) {
    const { signal: _, ...net } = object.settings
    this.#object = object
    this.#commit = commit
    this.#write = write
    this.#demand = demand
    this.#net = net
    this.#retries = new Retries(net)
  }

  async run(): Promise<Outcome> {
    for (;;) {
      let failure: unknown
      try {
        if (await this.#send()) return 'done'
      } catch (error) {
        failure = error
      }
      const outcome = await this.#after(failure)
      if (outcome !== 'again') return outcome
    }
  }

  #send(): Promise<boolean> {
    const { optional: _, ...condition } = this.#demand
    const object = this.#object
    return 'body' in this.#commit
      ? object.put(this.#commit.body, this.#write.traits, condition)
      : object.complete(this.#commit.upload, condition)
  }

  /** @param failure undefined if the store refused, since the condition did not hold */
  async #after(failure: unknown): Promise<Outcome | 'again'> {
    const { ifMatch, optional } = this.#demand
    if (failure !== undefined && optional === true && knowsNoConditions(failure)) {
      this.#demand = {}
      return 'again'
    }
    this.#isLost ||= failure instanceof TransientError
    // Nothing was written, and that was said for a reason of its own.
    if (failure !== undefined && !this.#isLost) throw failure
    const head = await this.#look()
    const ids = writeIdsOf(head?.metadata)
    if (ids.includes(this.#write.id)) return 'done'
    if (ifMatch === undefined || head?.version === ifMatch) {
      if (failure === undefined) return 'condition failed'
      await this.#retries.after(failure)
      return 'again'
    }
    const { after } = this.#write
    if (!this.#isLost || (after !== undefined && ids.includes(after))) return 'condition failed'
    throw unknownOutcome(this.#object.name, 'the answer of the store was lost')
  }

  async #look(): Promise<Head | undefined> {
    try {
      return await this.#object.head(this.#net)
    } catch (error) {
      if (this.#isLost) throw unknownOutcome(this.#object.name, (error as BlpkError).message)
      throw error
    }
  }
}

/**
 * Commits a write once. A lost answer is followed by a look whether the write is there, by its id, before
 * it is tried again; signals do not stop it, since then nobody would know.
 * @throws BlpkError; UNKNOWN if nobody can tell whether it was written
 */
export function commitOnce(
  object: StoredObject,
  commit: Commit,
  write: Write,
  demand: Demand,
): Promise<Outcome> {
  return new Committing(object, commit, write, demand).run()
}

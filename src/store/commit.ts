// The commit of a write: it takes effect exactly once, even if responses are lost.

import { BlpkError } from '../core/errors.js'
import { type NetSettings, Retries, TransientError } from '../net/retry.js'
import { knowsNoConditions } from './errors.js'
import type { Condition, Head, PartUpload, Traits } from './object-store.js'
import type { StoredObject } from './stored-object.js'
import { writeIdsOf } from './write-ids.js'

/** What becomes visible at once: a small object, or the parts of an upload. */
export type Commit = { body: Uint8Array } | { upload: PartUpload }

/** One write to an object. */
export interface Write {
  /** Id that identifies the write; part of the traits. */
  id: string
  traits: Traits
  /**
   * Id of the previous state. A state with this id but without the write's id was reached without the write.
   */
  after?: string
}

/** The condition of a commit on the replaced object. */
export interface Demand extends Condition {
  /** If the store has no conditions, write unconditionally. */
  readonly optional?: boolean
}

/** Outcome of a commit: done, or the condition did not hold and nothing was written. */
export type Outcome = 'done' | 'condition failed'

/** The response to a commit was lost, and the current state does not tell the outcome. */
function unknownOutcome(name: string, reason: string): BlpkError {
  const message = `${reason}; it is unknown whether '${name}' was written: check it before you try again`
  return new BlpkError('UNKNOWN', message, { path: name })
}

/** The attempts of one commit, and their results. */
class Committing {
  readonly #object: StoredObject
  readonly #commit: Commit
  readonly #write: Write
  readonly #net: NetSettings
  readonly #retries: Retries
  #demand: Demand
  /** Whether a response was lost, so that an earlier attempt may be the reason why a later one is refused. */
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

  /** @param failure undefined if the store refused because the condition did not hold */
  async #after(failure: unknown): Promise<Outcome | 'again'> {
    const { ifMatch, optional } = this.#demand
    if (failure !== undefined && optional === true && knowsNoConditions(failure)) {
      this.#demand = {}
      return 'again'
    }
    this.#isLost ||= failure instanceof TransientError
    // Nothing was written, and the reason was reported.
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
    throw unknownOutcome(this.#object.name, 'the response of the store was lost')
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
 * Commits a write once. After a lost response, it checks by id whether the write took effect before trying
 * again. Signals do not stop it, because then the outcome would be unknown.
 * @throws BlpkError; UNKNOWN if it cannot be determined whether it was written
 */
export function commitOnce(
  object: StoredObject,
  commit: Commit,
  write: Write,
  demand: Demand,
): Promise<Outcome> {
  return new Committing(object, commit, write, demand).run()
}

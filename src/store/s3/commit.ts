import type { CompletedPart } from '@aws-sdk/client-s3'
import { BlpkError } from '../../core/errors.js'
import { type NetSettings, Retries, TransientError } from '../../net/retry.js'
import { isMissing, isRefused, knowsNoConditions, s3Error, statusOf } from './errors.js'
import { type Condition, type Head, type S3Object, unquoted } from './object.js'
import type { Traits } from './traits.js'
import { writeIdsOf } from './write-ids.js'

/** What becomes visible at once: a small object whole, or the parts of an upload. */
export type Commit = { body: Uint8Array } | { uploadId: string; parts: readonly CompletedPart[] }

/** One write of an object. */
export interface Write {
  /** By which it is known again; it is among the traits. */
  id: string
  traits: Traits
  /** Name of the state that it comes from. A state that has this name, and not the id, came without the write. */
  after?: string
}

/** How a commit ended: done, or the condition did not hold, and nothing was written. */
export type Outcome = 'done' | 'condition failed'

/** The answer to a commit was lost, and what is there now does not tell what became of it. */
function unknownOutcome(name: string, reason: string): BlpkError {
  const message = `${reason}; it is not known whether '${name}' was written: look at it before trying again`
  return new BlpkError('UNKNOWN', message, { path: name })
}

/** May the quotes of the ETag be why a store refuses? */
function mayMindQuotes(cause: unknown, ifMatch: string | undefined): ifMatch is string {
  if (ifMatch === undefined || ifMatch === unquoted(ifMatch)) return false
  return statusOf(cause) === 412 || statusOf(cause) === 400
}

/** Tries of one commit, and what they taught. */
class Committing {
  readonly #object: S3Object
  readonly #commit: Commit
  readonly #write: Write
  readonly #net: NetSettings
  readonly #retries: Retries
  #condition: Condition
  /** Was an answer lost, so that an earlier try may be the reason that a later one is refused? */
  #isLost = false

  constructor(object: S3Object, commit: Commit, write: Write, condition: Condition) {
    const { signal: _, ...net } = object.settings
    this.#object = object
    this.#commit = commit
    this.#write = write
    this.#condition = condition
    this.#net = net
    this.#retries = new Retries(net)
  }

  async run(): Promise<Outcome> {
    for (;;) {
      try {
        await this.#send()
        return 'done'
      } catch (error) {
        const outcome = await this.#after(error)
        if (outcome !== 'again') return outcome
      }
    }
  }

  async #send(): Promise<void> {
    if ('body' in this.#commit) await this.#object.put(this.#commit.body, this.#write.traits, this.#condition)
    else await this.#object.complete(this.#commit.uploadId, this.#commit.parts, this.#condition)
  }

  async #after(cause: unknown): Promise<Outcome | 'again'> {
    const error = s3Error(cause, 'write', this.#object.name)
    const { ifMatch, optional } = this.#condition
    if (optional === true && knowsNoConditions(cause)) {
      this.#condition = {}
      return 'again'
    }
    this.#isLost ||= error instanceof TransientError
    const refused = this.#isRefused(cause)
    // Nothing was written, and that was said for a reason of its own.
    if (!refused && !this.#isLost && !mayMindQuotes(cause, ifMatch)) throw error
    const head = await this.#look(error)
    const ids = writeIdsOf(head?.metadata)
    if (ids.includes(this.#write.id)) return 'done'
    if (ifMatch === undefined || (head?.etag !== undefined && unquoted(head.etag) === unquoted(ifMatch))) {
      if (mayMindQuotes(cause, ifMatch)) this.#condition = { ...this.#condition, ifMatch: unquoted(ifMatch) }
      else if (refused) return 'condition failed'
      else await this.#retries.after(error)
      return 'again'
    }
    const { after } = this.#write
    if (!this.#isLost || (after !== undefined && ids.includes(after))) return 'condition failed'
    throw unknownOutcome(this.#object.name, 'the answer of the store was lost')
  }

  #isRefused(cause: unknown): boolean {
    // Without the object or the upload, what the write comes from is no more.
    return isRefused(cause) || (this.#condition.ifMatch !== undefined && isMissing(cause))
  }

  async #look(error: BlpkError): Promise<Head | undefined> {
    try {
      return await this.#object.head(this.#net)
    } catch (lost) {
      if (this.#isLost) throw unknownOutcome(this.#object.name, (lost as BlpkError).message)
      throw error
    }
  }
}

/**
 * Commits a write once. A lost answer is followed by a look whether the write is there, by its id, before
 * it is tried again; signals do not stop it, since then nobody would know.
 * @throws BlpkError; UNKNOWN where nobody can tell whether it was written
 */
export function commitOnce(
  object: S3Object,
  commit: Commit,
  write: Write,
  condition: Condition,
): Promise<Outcome> {
  return new Committing(object, commit, write, condition).run()
}

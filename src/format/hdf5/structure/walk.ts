// Visits the objects of a file, group by group.

import { asDamage, type BlpkError, damaged } from '../../../core/errors.js'
import { printable } from '../../../core/printable.js'
import type { GroupSpec, Link, ObjectSpec } from '../model.js'

/** Groups within groups; deeper ones are reported, not entered. */
const MAX_DEPTH = 1000

/** A dataset or a group, or why it cannot be read. */
export type Visit = { readonly path: string } & (
  | { readonly object: ObjectSpec }
  | { readonly error: BlpkError }
)

/** What a walk needs of a file. */
export interface Walkable {
  readonly root: GroupSpec
  object(address: number): Promise<ObjectSpec>
  /** As far as its header can be read. */
  isGroup(address: number): Promise<boolean>
  links(group: GroupSpec): AsyncIterable<Link>
}

/** Whether a path can lead through a link of this name. */
function isPathName(name: string): boolean {
  return name !== '' && name !== '.' && !name.includes('/')
}

function nameError(name: string): BlpkError {
  return damaged(`a link has the name '${printable(name)}', which no path can hold`)
}

/** A walk through a file. */
class Walk {
  readonly #file: Walkable
  /** Addresses of the groups that were entered. */
  readonly #entered = new Set<number>()

  constructor(file: Walkable) {
    this.#file = file
  }

  /** The object at the end of a link, and what is in it. */
  async *visit(path: string, address: number, depth: number): AsyncGenerator<Visit> {
    const object = await this.#object(address)
    if (object instanceof Error) {
      yield { path, error: object }
      if (await this.#isGroup(address)) yield* this.#enter(path, { kind: 'group', address }, depth, object)
      return
    }
    if (object.kind !== 'type') yield { path, object }
    if (object.kind === 'group') yield* this.#enter(path, object, depth)
  }

  async #object(address: number): Promise<ObjectSpec | BlpkError> {
    try {
      return await this.#file.object(address)
    } catch (error) {
      return asDamage(error)
    }
  }

  async #isGroup(address: number): Promise<boolean> {
    try {
      return await this.#file.isGroup(address)
    } catch (error) {
      asDamage(error)
      return false
    }
  }

  /**
   * Visits what is in a group. A group that was entered before, as in a loop, has been visited.
   * @param known what is known to be wrong with it, and was reported
   */
  async *#enter(path: string, group: GroupSpec, depth: number, known?: BlpkError): AsyncGenerator<Visit> {
    if (this.#entered.has(group.address)) return
    this.#entered.add(group.address)
    if (depth > MAX_DEPTH) {
      yield { path, error: damaged(`there are more than ${MAX_DEPTH} groups within each other`) }
      return
    }
    const links = this.#file.links(group)[Symbol.asyncIterator]()
    let next = await this.#next(links)
    for (; next !== undefined && !(next instanceof Error); next = await this.#next(links))
      if (!isPathName(next.name)) yield { path, error: nameError(next.name) }
      else if (next.kind === 'hard')
        yield* this.visit(`${path === '/' ? '' : path}/${next.name}`, next.address, depth + 1)
    if (next !== undefined && next.message !== known?.message) yield { path, error: next }
  }

  async #next(links: AsyncIterator<Link>): Promise<Link | BlpkError | undefined> {
    try {
      const { done, value } = await links.next()
      return done === true ? undefined : value
    } catch (error) {
      return asDamage(error)
    }
  }
}

/** Visits everything from a group on, that group included; a dataset alone is visited too. */
export async function* walkFrom(file: Walkable, path: string, address: number): AsyncGenerator<Visit> {
  yield* new Walk(file).visit(path, address, 0)
}

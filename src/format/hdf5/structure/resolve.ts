// Finds objects by their paths, through soft links.

import { BlpkError, damaged, unsupported } from '../../../core/errors.js'
import { printable } from '../../../core/printable.js'
import type { GroupSpec, Link, ObjectSpec } from '../model.js'
import { type Walkable, walkFrom } from './walk.js'

/** As many soft links as the HDF5 library follows for one path. */
const MAX_SOFT_LINKS = 16
/** Datasets that an error lists, and objects that are looked at for them. */
const MOST_LISTED = 10
const MOST_LOOKED_AT = 1000

/** An object, and its path without soft links. */
export interface Resolved {
  readonly object: ObjectSpec
  readonly path: string
}

/** Where an object is, and its path without soft links. */
interface Located {
  /** Of its object header, absolute. */
  readonly address: number
  readonly path: string
}

/** What finding paths needs of a file. */
export interface Resolvable extends Walkable {
  storedLinks(group: GroupSpec): AsyncIterable<Link>
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

/** The paths of some datasets. Damage on the way does not matter here. */
async function someDatasets(file: Resolvable): Promise<string[]> {
  const found: string[] = []
  let looked = 0
  for await (const visit of walkFrom(file, '/', file.root.address)) {
    if ('object' in visit && visit.object.kind === 'dataset') found.push(printable(visit.path))
    if (found.length > MOST_LISTED || ++looked >= MOST_LOOKED_AT) break
  }
  return found
}

async function notFound(file: Resolvable, path: string): Promise<BlpkError> {
  const there = await someDatasets(file)
  const listed = there.slice(0, MOST_LISTED).join(', ') + (there.length > MOST_LISTED ? ', …' : '')
  const rest = there.length === 0 ? 'there are no datasets' : `there are: ${listed}`
  return new BlpkError('NOT_FOUND', `there is no '${printable(path)}' in the file; ${rest}`)
}

async function linkIn(file: Resolvable, address: number, name: string): Promise<Link | undefined> {
  for await (const link of file.storedLinks({ kind: 'group', address })) if (link.name === name) return link
  return undefined
}

/** A walk along a path. */
class PathWalk {
  readonly #file: Resolvable
  #names: string[]
  #at: string[] = []
  #address: number
  #softLinks = 0

  constructor(file: Resolvable, path: string) {
    this.#file = file
    this.#names = namesOf(path)
    this.#address = file.root.address
  }

  #toRoot(): void {
    this.#at = []
    this.#address = this.#file.root.address
  }

  #follow(link: Link): void {
    if (link.kind === 'hard') {
      this.#at.push(link.name)
      this.#address = link.address
    } else if (link.kind === 'soft') {
      if (++this.#softLinks > MAX_SOFT_LINKS)
        throw damaged(`the soft link '${printable(link.name)}' leads to more than ${MAX_SOFT_LINKS} others`)
      if (link.path.startsWith('/')) this.#toRoot()
      this.#names = [...namesOf(link.path), ...this.#names]
    } else {
      const where = `'${printable(link.path)}' in the file '${printable(link.file)}'`
      throw unsupported(`'${printable(link.name)}' is a link to ${where}; open that file`)
    }
  }

  /** @returns undefined if a name is missing */
  async end(): Promise<Located | undefined> {
    for (let name = this.#names.shift(); name !== undefined; name = this.#names.shift()) {
      if (!(await this.#file.isGroup(this.#address))) return undefined
      const link = await linkIn(this.#file, this.#address, name)
      if (link === undefined) return undefined
      this.#follow(link)
    }
    return { address: this.#address, path: `/${this.#at.join('/')}` }
  }
}

/** Finds an object without reading it. @throws BlpkError as `resolvePath` */
export async function locatePath(file: Resolvable, path: string): Promise<Located> {
  const found = await new PathWalk(file, path).end()
  if (found === undefined) throw await notFound(file, path)
  return found
}

/** Finds an object. @throws BlpkError NOT_FOUND, UNSUPPORTED for external links, DAMAGED, CHECKSUM, IO */
export async function resolvePath(file: Resolvable, path: string): Promise<Resolved> {
  const { address, path: found } = await locatePath(file, path)
  return { object: await file.object(address), path: found }
}

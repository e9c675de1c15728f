// Opens HDF5 files: objects by address and by path, links, attributes.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { asDamage, type BlpkError, damaged } from '../../../core/errors.js'
import { FileBytes } from '../bytes/file-bytes.js'
import type { Attribute, GroupSpec, Link, ObjectSpec } from '../model.js'
import type { Datatype } from '../types/datatype.js'
import { JsonValues } from '../types/json.js'
import { readAttributes } from './attributes.js'
import { GlobalHeaps } from './global-heap.js'
import { isGroup, storedLinks } from './links.js'
import { MESSAGE, type Message } from './message.js'
import { objectOf } from './object.js'
import { readHeader, readMessages } from './object-header.js'
import { locatePath, type Resolved, resolvePath } from './resolve.js'
import { readSuperblock, type Superblock, severalFiles } from './superblock.js'
import { type Visit, walkFrom } from './walk.js'

/** An open HDF5 file. It does not own the source. */
export class H5File {
  readonly bytes: FileBytes
  readonly superblock: Superblock
  readonly heaps: GlobalHeaps

  constructor(bytes: FileBytes, superblock: Superblock) {
    this.bytes = bytes
    this.superblock = superblock
    this.heaps = new GlobalHeaps(bytes)
  }

  get root(): GroupSpec {
    return { kind: 'group', address: this.superblock.root }
  }

  /**
   * What is at an address.
   * @param address of an object header, absolute
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
   */
  async object(address: number): Promise<ObjectSpec> {
    return objectOf(this.bytes, address, await readMessages(this.bytes, address))
  }

  /** Whether there is a group at an address, as far as its header can be read. @throws BlpkError as `object` */
  async isGroup(address: number): Promise<boolean> {
    return isGroup((await readHeader(this.bytes, address)).messages)
  }

  /**
   * The links of a group, in the order in which they are stored. Damage throws after those that can be read.
   * @throws BlpkError as `links`
   */
  async *storedLinks({ address }: GroupSpec): AsyncGenerator<Link> {
    const { messages, problem } = await readHeader(this.bytes, address)
    if (!isGroup(messages)) throw problem ?? damaged('there should be a group', { offset: address })
    yield* storedLinks(this.bytes, messages)
    if (problem !== undefined) throw problem
  }

  /**
   * The links of a group, by name. Links of kinds that HDF5 does not define are left out. Damage throws after those
   * that can be read.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
   */
  async *links(group: GroupSpec): AsyncGenerator<Link> {
    const links: Link[] = []
    let problem: BlpkError | undefined
    try {
      for await (const link of this.storedLinks(group)) links.push(link)
    } catch (error) {
      problem = asDamage(error)
    }
    yield* links.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
    if (problem !== undefined) throw problem
  }

  /**
   * The attributes of the object at an address; those that cannot be read say why.
   * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
   */
  async attributes(address: number): Promise<Attribute[]> {
    const values = new JsonValues(this.bytes.sizes, this.heaps)
    return readAttributes(this.bytes, values, await readMessages(this.bytes, address))
  }

  /**
   * Items as JSON text: all digits of numbers, arrays nested. With the type of `vlen-string` items, it reads the text
   * of datasets that hold such.
   * @param shape in items; empty for one item
   * @throws BlpkError DAMAGED, UNSUPPORTED for types that JSON cannot show and for very long values, IO
   */
  json(type: Datatype, bytes: Uint8Array, shape: readonly number[]): Promise<string> {
    return new JsonValues(this.bytes.sizes, this.heaps).array(type, bytes, shape)
  }

  /**
   * Finds an object by its path, through soft links.
   * @returns the object, and its path without soft links
   * @throws BlpkError NOT_FOUND with the datasets that there are, UNSUPPORTED for external links, DAMAGED, CHECKSUM, IO
   */
  resolve(path: string): Promise<Resolved> {
    return resolvePath(this, path)
  }

  /**
   * All datasets and groups below a path, those first that come first by name, each group before what is in it. What
   * cannot be read is reported with its error, and the rest goes on. A group with several paths is entered once.
   * @throws BlpkError as `resolve` if the path itself leads nowhere
   */
  async *walk(prefix = '/'): AsyncGenerator<Visit> {
    const { path, address } = await locatePath(this, prefix)
    yield* walkFrom(this, path, address)
  }
}

/** The messages of the superblock's extension. One that is damaged hides nothing that is needed. */
async function extensionOf(bytes: FileBytes, { extension }: Superblock): Promise<readonly Message[]> {
  if (extension === undefined) return []
  try {
    return (await readHeader(bytes, extension)).messages
  } catch (error) {
    asDamage(error)
    return []
  }
}

/**
 * Opens a file.
 * @param isNear whether a read costs little. Default: it does of files
 * @throws BlpkError DAMAGED if it is no HDF5 file, CHECKSUM, UNSUPPORTED, IO
 */
export async function openFile(source: ByteSource, isNear?: boolean): Promise<H5File> {
  const superblock = await readSuperblock(source)
  const { offsetSize: offset, lengthSize: length, position: base } = superblock
  const bytes = new FileBytes(source, { offset, length, base }, isNear)
  const driver = (await extensionOf(bytes, superblock)).find(({ type }) => type === MESSAGE.driverInfo)
  if (driver !== undefined) throw severalFiles(driver.body.position)
  return new H5File(bytes, superblock)
}

// The groups on the way to a new dataset: those that are there are written again, the others are new.

import { BlpkError, unsupported, usage } from '../../../core/errors.js'
import { printable } from '../../../core/printable.js'
import type { Link } from '../model.js'
import type { H5File } from '../structure/tree.js'
import { layObject } from '../write/lay-file.js'
import type { Blocks, Place } from '../write/place.js'
import { inGroups, type NewDataset } from '../write/tree.js'
import { type GroupAgain, layGroupAgain } from './group-again.js'
import { type OldGroup, readOldGroup } from './old-group.js'

/** The way to a new dataset. */
export interface GroupPath {
  /** From the root on, at least that. */
  readonly groups: readonly OldGroup[]
  /** All names below the root; the last one is that of the dataset. */
  readonly names: readonly string[]
  /** Position that addresses count from, in bytes. */
  readonly base: number
}

/** @throws BlpkError EXISTS if there is an object of the name, unless it is a dataset that may be replaced */
async function checkLast(file: H5File, link: Link, path: string, replace: boolean): Promise<void> {
  const shown = printable(path)
  if (!replace)
    throw new BlpkError('EXISTS', `there is a '${shown}' in the file already`, {}, undefined, {
      option: 'overwrite',
    })
  if (link.kind !== 'hard') return
  const { kind } = await file.object(link.address)
  if (kind !== 'dataset') throw new BlpkError('EXISTS', `'${shown}' is a ${kind}, which no dataset replaces`)
}

/** The group that a link on the way leads to. @throws BlpkError UNSUPPORTED, USAGE for what is no group */
async function groupBehind(file: H5File, link: Link, path: string): Promise<number> {
  const shown = printable(path)
  if (link.kind !== 'hard')
    throw unsupported(`'${shown}' is only a link to ${printable(link.path)}: name the group itself`)
  const { kind } = await file.object(link.address)
  if (kind !== 'group') throw usage(`'${shown}' is a ${kind}, and has nothing in it`)
  return link.address
}

/**
 * Finds the way to a new dataset.
 * @param names below the root
 * @param replace whether a dataset of the same name is replaced
 * @throws BlpkError EXISTS, USAGE, UNSUPPORTED for groups that cannot be written again as they are; DAMAGED, IO
 */
export async function groupPath(
  file: H5File,
  names: readonly string[],
  replace: boolean,
): Promise<GroupPath> {
  const { root, position: base } = file.superblock
  const groups: OldGroup[] = []
  let address = root
  for (const [i, name] of names.entries()) {
    const group = await readOldGroup(file, address, `/${names.slice(0, i).join('/')}`)
    groups.push(group)
    const link = group.links.find((one) => one.name === name)
    if (link === undefined) break
    const path = `/${names.slice(0, i + 1).join('/')}`
    if (i === names.length - 1) await checkLast(file, link, path, replace)
    else address = await groupBehind(file, link, path)
  }
  return { groups, names, base }
}

/** Writes the dataset and all groups on the way to it. @returns the root group */
export function* layPath(
  place: Place,
  { groups, names, base }: GroupPath,
  dataset: NewDataset,
): Blocks<GroupAgain> {
  const below = names.slice(groups.length)
  let address = yield* layObject(place, below.length === 0 ? dataset : inGroups(below, dataset))
  let last: GroupAgain | undefined
  for (let i = groups.length - 1; i >= 0; i--) {
    const [group, name] = [groups[i], names[i]]
    if (group === undefined || name === undefined) throw new Error('each group on the way has a name')
    last = yield* layGroupAgain(place, group, { name, address }, base)
    address = last.address
  }
  if (last === undefined) throw new Error('each way starts at the root')
  return last
}

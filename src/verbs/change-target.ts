// Finds the container that a change is for.

import { unsupported } from '../core/errors.js'
import { type ChangeRefusals, type ContainerChange, checkChangeOptions } from '../format/change.js'
import { type Container, onlyReadError } from '../format/container.js'
import { fallback, loadContainer } from '../format/registry.js'
import type { PlaceChangeOptions } from '../places/change.js'
import { checkChangeable } from '../places/registry.js'
import type { PlaceSettings } from '../store/settings.js'
import { splitName } from './inner-name.js'
import { checkInner, containerDirectory, traitsOfPlace } from './open.js'

/** How a verb changes a place. */
export interface ChangeVerbOptions extends PlaceChangeOptions {
  /** What the caller calls an option, for messages about it. */
  optionName?: (option: string) => string
}

/** How a container is changed: in its own way, or else by writing all of it again. */
export async function changeOf(container: Container): Promise<ContainerChange> {
  if (container.change !== undefined) return container.change()
  const { changeByRewriting } = await import('./change-by-rewriting.js')
  return changeByRewriting(container)
}

/** What is going to be changed. */
export interface ChangeTarget {
  name: string
  /** The part of it that is meant, after `::`. */
  inner: string | undefined
  container: Container
  change: ContainerChange
}

/**
 * Finds out what a name stands for, and how it is changed.
 * @throws BlpkError USAGE for places that are only read, UNSUPPORTED for what is only read or never changed in place,
 * NOT_FOUND, IO
 */
export async function changeTarget(whole: string, settings: PlaceSettings): Promise<ChangeTarget> {
  const { name, inner } = splitName(whole)
  checkChangeable(name)
  const directory = containerDirectory(name)
  const traits = directory ?? (await traitsOfPlace(name, settings))
  checkInner(traits, { name, inner })
  const [format] = traits?.formats ?? []
  if (traits?.onlyRead === true && format !== undefined) throw onlyReadError(format, name)
  const container = await loadContainer(traits ?? fallback())
  const change = await changeOf(container)
  if (inner !== undefined && change.changesInside !== true)
    throw unsupported(`'${whole}' is inside a file: only whole files can be changed`)
  if (directory !== undefined) {
    const why = change.directoryRefusal ?? 'is a directory, which cannot be changed in place'
    throw unsupported(`'${name}' ${why}`, { path: name })
  }
  return { name, inner, container, change }
}

/** @throws BlpkError USAGE for an option that the container does not take */
export function checkRefusals<O extends object>(
  refuses: ChangeRefusals<O>,
  options: O & Pick<ChangeVerbOptions, 'optionName'>,
): void {
  checkChangeOptions(refuses, options, options.optionName)
}

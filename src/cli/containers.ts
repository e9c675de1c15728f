// Opens containers by what the command line calls them.

import type { ReadOptions } from '../verbs/inputs.js'
import { type ContainerPlace, containerDirectory, openPlace } from '../verbs/open.js'
import type { Context } from './context.js'
import { isDash } from './dash.js'
import { archivePlace, archiveSettings } from './inputs.js'

/** A container that was opened. */
export type ContainerInput = ContainerPlace

/** Is it the directory of a sparse frame? */
export function isSparseFrame(argument: string): boolean {
  return !isDash(argument) && containerDirectory(argument) !== undefined
}

/**
 * Opens a container, and tells by its bytes what it is.
 * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK; USAGE for a terminal
 */
export function openContainer(
  argument: string,
  context: Context,
  options: ReadOptions = {},
): Promise<ContainerInput> {
  return openPlace(archivePlace(argument), archiveSettings(context, options))
}

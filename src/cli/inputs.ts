// Opens the inputs of commands: `-` is standard input, unless that is a terminal.

import { BlpkError, usage } from '../core/errors.js'
import type { PlaceSettings } from '../store/settings.js'
import { splitName } from '../verbs/inner-name.js'
import { type Descriptor, type Input, openInput as open, type ReadOptions } from '../verbs/inputs.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { lockOptions } from './flags/codec-flags.js'
import { isTerminal } from './view/stdio.js'

const STDIN: Descriptor = { fd: 0, name: 'standard input' }

/** What an argument means for what opens it. */
export function placeOf(argument: string): string | Descriptor {
  return isDash(argument) ? STDIN : argument
}

/** The same for an archive. @throws BlpkError USAGE for a terminal */
export function archivePlace(argument: string): string | Descriptor {
  if (isDash(argument) && isTerminal(STDIN.fd))
    throw usage('standard input is a terminal: name an archive, or pipe one in')
  return placeOf(argument)
}

/** What is inside a container is no file that could be packed. */
function checkOutside(argument: string, error: unknown): void {
  if (!(error instanceof BlpkError) || error.code !== 'NOT_FOUND') return
  if (splitName(argument).inner === undefined) return
  throw usage(`'${argument}' is inside a file: blpk convert packs it, and blpk decompress takes it out`)
}

/** Opens an input. @throws BlpkError NOT_FOUND, USAGE, IO, DENIED, NETWORK, INTERRUPTED */
export async function openInput(argument: string, context: Context): Promise<Input> {
  try {
    return await open(placeOf(argument), placeSettings(context))
  } catch (error) {
    checkOutside(argument, error)
    throw error
  }
}

/** How archives are opened. */
export function archiveSettings(context: Context, options: ReadOptions = {}): PlaceSettings & ReadOptions {
  const { onNote } = lockOptions(context)
  return { ...placeSettings(context), ...(onNote !== undefined && { onNote }), ...options }
}

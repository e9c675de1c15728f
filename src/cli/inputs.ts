// Opens the inputs of commands: `-` is standard input, unless that is a terminal.

import { usage } from '../core/errors.js'
import type { PlaceSettings } from '../store/settings.js'
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

/** Opens an input. @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, INTERRUPTED */
export function openInput(argument: string, context: Context): Promise<Input> {
  return open(placeOf(argument), placeSettings(context))
}

/** How archives are opened. */
export function archiveSettings(context: Context, options: ReadOptions = {}): PlaceSettings & ReadOptions {
  const { onNote } = lockOptions(context)
  return { ...placeSettings(context), ...(onNote !== undefined && { onNote }), ...options }
}

// How results in JSON begin.

import { BlpkError } from '../../core/errors.js'
import { scarcity } from '../../core/io-errors.js'
import { type Head, headOfName, unknownHead } from '../../verbs/info.js'
import type { Context } from '../context.js'
import { describe } from '../exit.js'
import { archiveSettings } from '../inputs.js'

/** The entry for a file that failed. */
export function failedEntry(file: string, error: unknown): Head & { error: string; code: string | null } {
  const code = (error instanceof BlpkError ? error : scarcity(error))?.code ?? null
  return { ...unknownHead(file), error: describe(error, file), code }
}

/** The head of a container that was just written. */
export function headOfPlace(name: string, context: Context): Promise<Head> {
  return headOfName(name, archiveSettings(context))
}

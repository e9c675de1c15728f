// Turns flags into the options of changes.

import type { AppendOptions } from '../../verbs/append.js'
import type { SetMetadataOptions } from '../../verbs/meta.js'
import { type Context, changeSettings } from '../context.js'
import { lockOptions } from './codec-flags.js'
import { packOptions } from './pack-options.js'

/** Flags that are not called after the option. */
const FLAGS: Record<string, string> = { typesize: '-t', metadata: '-m' }

/** What the command line calls an option of a change. */
function changeFlag(option: string): string {
  return FLAGS[option] ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** How a change waits for others, and what it calls options. */
function changing(context: Context): SetMetadataOptions {
  return { ...changeSettings(context), ...lockOptions(context), optionName: changeFlag }
}

/** @param metadata JSON text of -m */
export function appendOptions(context: Context, metadata: string | undefined): AppendOptions {
  const { options: o } = context
  return {
    ...packOptions(o),
    ...changing(context),
    ...(metadata !== undefined && { metadata }),
    ...(o.grow !== undefined && { grow: o.grow }),
    ...(o.raw !== undefined && { raw: o.raw }),
    ...(o.maxChunk !== undefined && { maxChunk: o.maxChunk }),
    ...(o.dtype !== undefined && { dtype: o.dtype }),
    ...(o.appendId !== undefined && { appendId: o.appendId }),
  }
}

/** The options of reading and changing metadata. */
export function metadataOptions(context: Context): SetMetadataOptions {
  const { fixed, grow } = context.options
  return {
    ...changing(context),
    ...(fixed !== undefined && { fixed }),
    ...(grow !== undefined && { grow }),
  }
}

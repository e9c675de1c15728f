// Where the verbs of the library write to: a place, memory, or a sink.

import type { ByteSink } from '../bytes/byte-sink.js'
import { BlpkError, usage } from '../core/errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import type { LockOptions } from '../disk/changing-file.js'
import { lookClosely } from '../disk/look.js'
import { replacing } from '../disk/replace.js'
import type { Output } from '../format/output.js'
import { findMutable } from '../format/registry.js'
import { openSink } from '../places/open.js'
import { placeOf, schemeOf } from '../places/registry.js'
import { DirectorySink } from '../sinks/directory.js'
import { MemorySink } from '../sinks/memory.js'
import type { Content } from '../sinks/replaceable.js'
import { identityOf } from '../sources/path.js'
import type { PlaceSettings } from '../store/settings.js'
import type { Input } from '../verbs/inputs.js'

/** How an output is opened. */
export interface OutputOptions extends PlaceSettings, LockOptions {
  /** Replace what has the name. A container never replaces data of another kind, nor data a container. */
  overwrite?: boolean
}

/** A path or an address, or a sink of your own. */
export type Writable = PlaceName | ByteSink

export function isWritable(to: unknown): to is Writable {
  return (
    typeof to === 'string' || to instanceof URL || (typeof to === 'object' && to !== null && 'write' in to)
  )
}

/** @throws BlpkError SAME_FILE */
function checkNotInput(path: string, inputs: readonly Input[]): void {
  const identity =
    schemeOf(path) === undefined ? identityOf(lookClosely(path)) : placeOf(path)?.identity(path)
  if (identity !== undefined && inputs.some((input) => input.identity === identity))
    throw new BlpkError('SAME_FILE', `input and output are the same file: '${path}'`, { path })
}

/** Mode and times of one input carry over; nobody may more with an output than with what went into it. */
function accessOf(inputs: readonly Input[]) {
  const [first] = inputs
  return {
    ...(inputs.length === 1 && first?.like !== undefined && { like: first.like }),
    within: inputs.flatMap(({ access }) => access ?? []),
  }
}

/**
 * Opens a sink for what is written.
 * @param inputs what it is made of, none of which it may be
 * @throws BlpkError EXISTS, SAME_FILE, NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openOutputSink(
  to: Writable,
  content: Content,
  inputs: readonly Input[],
  o: OutputOptions,
): Promise<ByteSink> {
  if (typeof to !== 'string' && !(to instanceof URL)) return to
  const path = placeName(to)
  checkNotInput(path, inputs)
  const beforeReplace = replacing(findMutable, o)
  return openSink(path, {
    ...o,
    content,
    ...accessOf(inputs),
    ...(content === 'archive' && { beforeReplace }),
  })
}

function nameOf(to: Writable): string {
  return typeof to === 'string' || to instanceof URL ? placeName(to) : to.name
}

/** A place, or a sink, for a container. */
export function outputTo(to: Writable, inputs: readonly Input[], o: OutputOptions): Output {
  const name = nameOf(to)
  return {
    name,
    bytes: () => openOutputSink(to, 'archive', inputs, o),
    directory: async (rules) => {
      if ((typeof to !== 'string' && !(to instanceof URL)) || schemeOf(name) !== undefined)
        throw usage('a sparse frame is a directory, which only file systems have')
      checkNotInput(name, inputs)
      return new DirectorySink(name, { ...o, ...rules, ...accessOf(inputs) })
    },
  }
}

/** Memory for a container, and what was written there. */
export function outputToMemory(): { output: Output; sink: MemorySink } {
  const sink = new MemorySink()
  return { sink, output: outputTo(sink, [], {}) }
}

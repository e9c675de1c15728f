// The outputs of the library's functions: a place, memory, or a sink.

import { usage } from '../core/errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import type { LockOptions } from '../disk/changing-file.js'
import { MemorySink } from '../sinks/memory.js'
import type { PlaceSettings } from '../store/settings.js'
import { existingOutput } from '../verbs/existing-output.js'
import { splitOutput } from '../verbs/inner-name.js'
import type { Input } from '../verbs/inputs.js'
import {
  type ByteSink,
  type Content,
  type Output,
  openOutput,
  openOutputDirectory,
  type OutputOptions as VerbOptions,
} from '../verbs/outputs.js'

/** Options of an output. */
export interface OutputOptions extends PlaceSettings, LockOptions {
  /**
   * Replace an existing file. A container never replaces other data, and other data never replace a
   * container.
   */
  overwrite?: boolean
}

/** A path or an address, or a sink of your own. */
export type Writable = PlaceName | ByteSink

export function isWritable(to: unknown): to is Writable {
  return (
    typeof to === 'string' || to instanceof URL || (typeof to === 'object' && to !== null && 'write' in to)
  )
}

/** A single input passes on its mode and times. */
function optionsOf(content: Content, inputs: readonly Input[], o: OutputOptions): VerbOptions {
  const [first] = inputs
  return { ...o, content, inputs, like: inputs.length === 1 ? first?.like : undefined }
}

/**
 * Opens a sink for an output.
 * @param inputs what is read; the output must be none of them
 * @throws BlpkError EXISTS, SAME_FILE, NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openOutputSink(
  to: Writable,
  content: Content,
  inputs: readonly Input[],
  o: OutputOptions,
): Promise<ByteSink> {
  if (typeof to !== 'string' && !(to instanceof URL)) return to
  return openOutput(placeName(to), optionsOf(content, inputs, o))
}

function nameOf(to: Writable): string {
  return typeof to === 'string' || to instanceof URL ? placeName(to) : to.name
}

/** A place or a sink that receives a container. */
export function outputTo(to: Writable, inputs: readonly Input[], o: OutputOptions): Output {
  const { name, inner } = splitOutput(nameOf(to))
  const place = typeof to === 'string' || to instanceof URL ? name : to
  return {
    name,
    inner,
    ...(inner !== undefined &&
      place === name && { existing: () => existingOutput(name, optionsOf('archive', inputs, o)) }),
    bytes: () =>
      openOutputSink(place, 'archive', inputs, inner === undefined ? o : { ...o, overwrite: false }),
    directory: async (rules) => {
      if (typeof to !== 'string' && !(to instanceof URL))
        throw usage('a sparse frame is a directory, so it needs a file system')
      return openOutputDirectory(name, rules, optionsOf('archive', inputs, o))
    },
  }
}

/** Memory that receives a container, and the bytes written to it. */
export function outputToMemory(): { output: Output; sink: MemorySink } {
  const sink = new MemorySink()
  return { sink, output: outputTo(sink, [], {}) }
}

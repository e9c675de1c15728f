// Packs a source into an output: a new file, or another part of a file that is there already.

import { BlpkError, unsupported } from '../core/errors.js'
import type { PackingContainer, PackRequest } from '../format/container.js'
import type { ExistingOutput, Output, PackResult } from '../format/output.js'
import { traitsOf } from '../format/registry.js'
import type { Format } from '../format/traits.js'
import type { PlainSource } from '../sources/plain.js'

/** What is packed, and how. */
interface Packing {
  source: PlainSource
  output: Output
  format: Format
  o: PackRequest
}

/** @throws BlpkError EXISTS if the file is of another kind, UNSUPPORTED if nothing can be added to such files */
async function addTo(
  { replace, change }: ExistingOutput,
  container: PackingContainer,
  { source, output, format, o }: Packing,
): Promise<PackResult> {
  const { name, inner } = output
  const changes = await container.change?.()
  if (changes?.add === undefined) throw unsupported(`nothing can be added to ${format.what}: name a new file`)
  const { add } = changes
  return change(source, async (place, whole) => {
    const found = await traitsOf(place)
    if (found?.name !== container.name)
      throw new BlpkError('EXISTS', `'${name}' exists, and is not ${format.what}`, { path: name })
    return add({ source: place, inner }, whole, { ...o, replace })
  })
}

/**
 * Packs a source.
 * @throws BlpkError USAGE, EXISTS, UNSUPPORTED, IO, …; no output is left then, and a file that was there is unchanged
 */
export async function packIntoOutput(container: PackingContainer, packing: Packing): Promise<PackResult> {
  const { source, output, format, o } = packing
  const there = await output.existing?.()
  if (there !== undefined) return addTo(there, container, packing)
  return container.pack(source, output, format, o)
}

// Compares what a header says with what was found.

import { damage, type Finding } from './finding.js'

/** A field of a header: its name, how messages call it, and its position in bytes. */
export type HeaderField<H> = readonly [name: keyof H, words: string, offset: number]

/** The fields that a header is wrong about; those that one of both does not know are left out. */
export function wrongFields<H>(fields: readonly HeaderField<H>[], said: H, found: H): Finding[] {
  return fields
    .filter(([name]) => said[name] !== undefined && found[name] !== undefined && said[name] !== found[name])
    .map(([name, words, offset]) =>
      damage(`the header is wrong about ${words}: it says ${said[name]}, but it is ${found[name]}`, {
        offset,
      }),
    )
}

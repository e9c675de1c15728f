// A data set packed by both sides with many settings.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataSet } from '../corpus/data-set.js'
import type { Peer } from '../peer.js'
import { ourChunk } from './ours.js'
import { decisions, type PackedChunk } from './packed-chunk.js'
import type { Setting } from './settings.js'

/** Sizes of one data set at one setting. */
export interface Case {
  set: string
  setting: Setting
  plain: number
  ours: number
  theirs: number
  /** Did the libraries decide about blocks and streams in the same way? */
  agree: boolean
}

/** A data set with some settings, and what C-Blosc makes of it: asked for before it is needed, to use both cores. */
export class Comparison {
  readonly set: DataSet
  readonly #settings: readonly Setting[]
  readonly #data: Uint8Array
  readonly #theirs: Promise<[nbytes: number, header: string][]>

  constructor(peer: Peer, directory: string, set: DataSet, settings: readonly Setting[]) {
    this.set = set
    this.#settings = settings
    this.#data = set.bytes(Math.max(...settings.map(({ most }) => most)))
    const input = join(directory, set.name)
    writeFileSync(input, this.#data)
    this.#theirs = peer.call('chunk_sizes', { input, typesize: set.typesize, settings })
    // It may never be waited for.
    this.#theirs.catch(() => undefined)
  }

  async cases(): Promise<Case[]> {
    const ours: PackedChunk[] = []
    for (const setting of this.#settings) ours.push(await ourChunk(setting, this.set.typesize, this.#data))
    const theirs = (await this.#theirs).map(([nbytes, header]) => ({
      nbytes,
      header: new Uint8Array(Buffer.from(header, 'hex')),
    }))
    return this.#settings.flatMap((setting, i) => {
      const [a, b] = [ours[i], theirs[i]]
      if (a === undefined || b === undefined) return []
      const agree = decisions(setting, a) === decisions(setting, b)
      const plain = Math.min(setting.most, this.#data.length)
      return [{ set: this.set.name, setting, plain, ours: a.nbytes, theirs: b.nbytes, agree }]
    })
  }
}

/** A case as a line of a message. */
export function caseLine({ set, setting, plain, ours, theirs }: Case): string {
  const { codec, level, shuffle } = setting
  const more = `${(100 * (ours / theirs - 1)).toFixed(1)} %`
  return `${codec} ${level}, ${shuffle}, ${setting.blocks}, ${set}: ${ours} bytes, theirs ${theirs} of ${plain} (${more})`
}

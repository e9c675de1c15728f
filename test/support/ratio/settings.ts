// The settings with which the corpus is packed.

import { MIB } from '../corpus/data-set.js'
import type { ChunkSetting } from '../peer.js'

export interface Setting extends ChunkSetting {
  /** Format and blocks, for people. */
  blocks: string
}

export const CODECS = ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'] as const
export const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
export const SHUFFLES = ['none', 'byte', 'bit'] as const
/** What takes part at block sizes that do not depend on how much there is. */
const PART = 2 ** 17

/** A chunk of Blosc 1, or one of Blosc2: with blocks by C-Blosc2's rule, or of a size. */
export const FORMATS = [
  { blocks: 'blosc1', format: 'blosc1', blockSize: 0, most: MIB },
  { blocks: 'blosc2', format: 'blosc2', blockSize: 0, most: MIB },
  { blocks: 'blosc2/512', format: 'blosc2', blockSize: 512, most: PART },
  { blocks: 'blosc2/4096', format: 'blosc2', blockSize: 4096, most: PART },
  { blocks: 'blosc2/65536', format: 'blosc2', blockSize: 65536, most: PART },
] as const
type Format = (typeof FORMATS)[number]

/** Levels of a format: C-Blosc decides about blocks where it only stores, too. */
function levelsOf({ format }: Format): number[] {
  return format === 'blosc1' ? [0, ...LEVELS] : LEVELS
}

/** A setting for items of this size: python-blosc2 takes blocks that cut items as they are, which blpk does not. */
function setting(
  form: Format,
  typesize: number,
  coding: Pick<Setting, 'codec' | 'level' | 'shuffle'>,
): Setting {
  const whole = (size: number) => size - (size % typesize)
  return { ...form, ...coding, blockSize: whole(form.blockSize), most: whole(form.most) }
}

/** All settings of a codec, for items of this size. */
export function settingsOf(codec: string, typesize: number): Setting[] {
  return FORMATS.flatMap((form) =>
    levelsOf(form).flatMap((level) =>
      SHUFFLES.map((shuffle) => setting(form, typesize, { codec, level, shuffle })),
    ),
  )
}

const turn = <T>(values: readonly T[], i: number): T => values[i % values.length] as T

/** The setting whose turn it is: of successive ones, any two values meet soon. */
export function settingAt(i: number, typesize: number): Setting {
  const form = turn(FORMATS, i + Math.floor(i / CODECS.length))
  const level = turn(levelsOf(form), i)
  const shuffle = turn(SHUFFLES, i + Math.floor(i / 9))
  return setting(form, typesize, { codec: turn(CODECS, i), level, shuffle })
}

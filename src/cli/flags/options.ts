// What a flag is, and the options that flags give.

import type { PlaceOptions } from '../../store/settings.js'
import type { AxisKey, Slice } from '../../verbs/decompress.js'
import type { FilterOption, PackOptions, PartOf, Room } from '../../verbs/options.js'

export type CommandName =
  | 'compress'
  | 'decompress'
  | 'info'
  | 'append'
  | 'meta'
  | 'verify'
  | 'repair'
  | 'concat'
  | 'convert'
  | 'ls'
  | 'clean'
  | 'help'
  | 'completion'

/** Words of the help, the same for all commands or for each its own. */
export type Wording = string | Partial<Record<CommandName, string>>

/** What an option is about: the full help and the manual list options by group. */
export type FlagGroup = 'input' | 'compression' | 'blosc2' | 'output' | 'safety' | 'network' | 'general'

/** One option of the command line. */
export interface Flag {
  letter?: string
  /** Long name, without dashes. */
  name: string
  /** Name of its value, if it takes one. */
  value?: string
  group: FlagGroup
  /** Commands whose short help shows it. */
  common?: readonly CommandName[] | 'all'
  /** What it does: a phrase that fits on a line. */
  summary: Wording
  /** Sentences that the full help and the manual add. */
  details?: Wording
  /** Default, as the help says it. */
  default?: Wording
  /** Values to choose from, or some of them. */
  values?: readonly string[]
  /** Values that shells complete instead of `values`, if the help lists none. */
  offers?: readonly string[]
  /** Its value is the name of a file. */
  takesFile?: boolean
  /** Reads its value. @throws BlpkError USAGE */
  parse?: (text: string) => unknown
  /** May be given several times; its values are then a list. */
  repeats?: boolean
  /** Commands that have it; `all` for global options. */
  commands: readonly CommandName[] | 'all'
}

type Packing = Required<PackOptions>

/** Options as they were given; nothing stands for a default. */
export interface CliOptions extends PlaceOptions {
  force?: boolean
  nthreads?: number
  verbose?: boolean
  debug?: boolean
  quiet?: boolean
  json?: boolean
  /** Says `json` too. */
  ndjson?: boolean
  progress?: ProgressMode
  typesize?: number | 'auto'
  clevel?: number
  /** `false` for --no-shuffle. */
  shuffle?: Packing['shuffle'] | false
  /** A built-in codec, or the name or number of a registered one, with `:meta` behind it. */
  codec?: string
  filters?: readonly FilterOption[]
  splitMode?: Packing['splitMode']
  dict?: boolean
  sparse?: boolean
  /** As it was given: plugins may add formats. */
  format?: string
  chunkSize?: number
  blockSize?: number
  checksum?: string
  offsets?: boolean
  metadata?: string
  maxAppChunks?: Room
  raw?: boolean
  fixed?: boolean
  checkExtension?: boolean
  bytes?: Slice
  items?: Slice
  metadataOut?: string
  maxChunk?: number
  /** Of info: a row for each; of others the shape of chunks, in items. */
  chunks?: true | readonly number[]
  blocks?: readonly number[]
  /** What items are, as NumPy's type string or a description of its fields. */
  dtype?: string
  /** Of an array that plain bytes become; -1 for an extent that their size tells. */
  shape?: readonly number[]
  order?: 'C' | 'F'
  slice?: readonly AxisKey[]
  /** Of structured items. */
  field?: string
  plugin?: readonly string[]
  grow?: boolean
  appendId?: string
  lockTimeout?: number
  /** `false` for --no-lock. */
  lock?: boolean
  unsafeNoCas?: boolean
  /** Seconds. */
  olderThan?: number
  dryRun?: boolean
  deep?: boolean
  against?: string
  salvage?: boolean
  fill?: 'zeros'
  /** Seconds. */
  timeout?: number
  retries?: number
  part?: PartOf
}

export type ProgressMode = 'auto' | 'always' | 'never'

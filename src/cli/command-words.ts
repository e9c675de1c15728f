// What the help, the manual and completion know of a subcommand.

import type { CommandName } from './flags/options.js'

/** What an argument stands for; completion offers such names. */
export type Takes = 'archive' | 'file' | 'directory' | 'command' | readonly string[]

/** An argument of a subcommand. */
export interface ArgumentWords {
  /** `<x>` must be there, `[x]` may be left out, `<x...>` may come several times. */
  name: string
  description: string
  /** What the full help and the manual add. */
  details?: string
  /** Nothing that could be offered if it is left out. */
  takes?: Takes
}

/** A subcommand, in words. */
export interface CommandWords {
  name: CommandName
  alias?: string
  /** Other names that people try; an error then names this command. */
  alsoTried?: readonly string[]
  /** In the order of the command line. */
  args: readonly ArgumentWords[]
  /** What it does: a phrase for a list of commands. */
  summary: string
  /** What it does, in a sentence. */
  description: string
  /** Sentences that the full help and the manual add. */
  details?: string
  /** Command lines, and what they do; the short help shows the first two. */
  examples: readonly (readonly [line: string, does: string])[]
  /** It does not read or write data, so that no options are worth a word. */
  isAboutBlpk?: boolean
}

// Options that every command has.

import { placeFlags } from '../../places/registry.js'
import { choice, wholeNumber } from './option-values.js'
import type { CommandName, Flag, ProgressMode } from './options.js'

const PROGRESS_MODES: readonly ProgressMode[] = ['auto', 'always', 'never']
const MAX_THREADS = 1024

/** Commands that may write a file. */
const WRITING: readonly CommandName[] = ['compress', 'decompress', 'repair', 'concat', 'convert']

/** Options of all commands. */
export function globalFlags(): readonly Flag[] {
  return [
    {
      letter: 'f',
      name: 'force',
      group: 'output',
      common: WRITING,
      summary: 'overwrite existing output files',
      commands: 'all',
    },
    {
      name: 'json',
      group: 'output',
      common: ['info', 'append', 'meta', 'verify', 'repair', 'ls', 'clean'],
      summary: 'print the result as JSON',
      details: 'info, verify, ls and clean print a list.',
      commands: 'all',
    },
    {
      name: 'ndjson',
      group: 'output',
      summary: 'print JSON, one result per line',
      commands: 'all',
    },
    {
      name: 'timeout',
      value: 'seconds',
      group: 'network',
      common: ['ls'],
      summary: 'give up a request that makes no progress for so long',
      default: '30',
      parse: wholeNumber('the timeout in seconds', 1, 86_400),
      commands: 'all',
    },
    {
      name: 'retries',
      value: 'n',
      group: 'network',
      common: ['ls'],
      summary: 'how often to retry a failed request',
      default: '5',
      parse: wholeNumber('the number of retries', 0, 1000),
      commands: 'all',
    },
    ...placeFlags().map(
      ({ setting: _, description: summary, ...flag }): Flag => ({
        ...flag,
        summary,
        group: 'network',
        common: ['ls'],
        commands: 'all',
      }),
    ),
    {
      letter: 'n',
      name: 'nthreads',
      value: 'n',
      group: 'general',
      common: ['compress', 'decompress', 'verify', 'convert'],
      summary: 'number of threads',
      default: 'all cores',
      parse: wholeNumber('the number of threads', 1, MAX_THREADS),
      commands: 'all',
    },
    {
      letter: 'q',
      name: 'quiet',
      group: 'general',
      common: ['info', 'append', 'meta', 'verify', 'repair', 'concat', 'clean'],
      summary: 'print nothing but errors',
      commands: 'all',
    },
    {
      letter: 'v',
      name: 'verbose',
      group: 'general',
      common: ['append', 'concat', 'clean'],
      summary: 'say what is being done',
      commands: 'all',
    },
    {
      letter: 'd',
      name: 'debug',
      group: 'general',
      summary: 'say more, with stack traces of errors',
      commands: 'all',
    },
    {
      name: 'progress',
      value: 'when',
      group: 'general',
      summary: 'when to show a progress bar',
      details: 'auto shows it on a terminal.',
      default: 'auto',
      ...choice('progress mode', PROGRESS_MODES),
      commands: 'all',
    },
    {
      name: 'plugin',
      value: 'module',
      group: 'general',
      summary: 'load an ES module that adds codecs, filters, containers or places',
      details: 'It may be given several times.',
      takesFile: true,
      parse: (text) => text,
      repeats: true,
      commands: 'all',
    },
  ]
}

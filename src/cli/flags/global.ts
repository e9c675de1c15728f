// Options that every command has.

import { placeFlags } from '../../places/registry.js'
import { oneOf, wholeNumber } from './option-values.js'
import type { Flag, ProgressMode } from './options.js'

const PROGRESS_MODES: readonly ProgressMode[] = ['auto', 'always', 'never']
const MAX_THREADS = 1024

/** Options of all commands. */
export function globalFlags(): readonly Flag[] {
  return [
    {
      name: 'plugin',
      value: 'module',
      description:
        'ES module that registers codecs, filters, containers or places; may be given several times',
      parse: (text) => text,
      repeats: true,
      commands: 'all',
    },
    { letter: 'f', name: 'force', description: 'replace existing output files', commands: 'all' },
    {
      letter: 'n',
      name: 'nthreads',
      value: 'n',
      description: 'threads that work on chunks',
      default: 'all cores',
      parse: wholeNumber('the number of threads', 1, MAX_THREADS),
      commands: 'all',
    },
    { letter: 'v', name: 'verbose', description: 'say what is done', commands: 'all' },
    { letter: 'd', name: 'debug', description: 'say more, with stack traces of errors', commands: 'all' },
    { letter: 'q', name: 'quiet', description: 'say nothing but errors', commands: 'all' },
    {
      name: 'json',
      description: 'print the result as JSON; of info, verify, ls and clean a list',
      commands: 'all',
    },
    { name: 'ndjson', description: 'the same with each result on a line', commands: 'all' },
    {
      name: 'timeout',
      value: 'seconds',
      description: 'give up a request without progress after so many seconds',
      default: '30',
      parse: wholeNumber('the timeout in seconds', 1, 86_400),
      commands: 'all',
    },
    {
      name: 'retries',
      value: 'n',
      description: 'try a request again so often',
      default: '5',
      parse: wholeNumber('the number of retries', 0, 1000),
      commands: 'all',
    },
    ...placeFlags().map(({ setting: _, ...flag }): Flag => ({ ...flag, commands: 'all' })),
    {
      name: 'progress',
      value: 'when',
      description: 'progress bar: auto (on a terminal), always or never',
      default: 'auto',
      parse: oneOf('progress mode', PROGRESS_MODES),
      commands: 'all',
    },
  ]
}

// Options for reading, changing and repairing containers.

import { readExtensionsText } from '../extensions.js'
import { oneOf, parseAge, parseSeconds, size } from './option-values.js'
import type { CommandName, Flag } from './options.js'
import { parseSelection } from './selection.js'
import { parseSlice } from './slices.js'

/** Commands that change an archive, or with -f replace one. */
const LOCKING: readonly CommandName[] = ['compress', 'append', 'meta', 'repair', 'concat', 'convert']
const WAIT_TO_REPLACE =
  'with -f: how long to wait while others change the archive that is replaced; 0: not at all'
const WAIT_TO_CHANGE =
  'how long to wait while others change the archive, or how long to start over if they keep changing an object ' +
  'first; 0: not at all'
const READING: readonly CommandName[] = [
  'decompress',
  'info',
  'append',
  'verify',
  'repair',
  'concat',
  'convert',
]

/** What is done with archives: what of them, and how. */
export function archiveFlags(): readonly Flag[] {
  return [
    {
      letter: 'e',
      name: 'no-check-extension',
      description: `take an archive whose name does not end with ${readExtensionsText()}`,
      commands: ['decompress', 'append', 'ls'],
    },
    {
      name: 'bytes',
      value: 'start:stop',
      description: 'only these plain bytes, as in a Python slice',
      parse: parseSlice,
      commands: ['decompress'],
    },
    {
      name: 'items',
      value: 'start:stop',
      description: 'only these items, as in a Python slice; of a NumPy array: a 1-d .npy, in memory order',
      parse: parseSlice,
      commands: ['decompress'],
    },
    {
      name: 'slice',
      value: 'keys',
      description: "of an array: a part as in NumPy, such as '0:10,:,5::2', '-1,...' or '[1,5,7],:3'",
      parse: parseSelection,
      commands: ['decompress'],
    },
    {
      name: 'field',
      value: 'name',
      description: 'of an array of structured items: only this field, also of --items or --slice',
      commands: ['decompress'],
    },
    {
      name: 'metadata-out',
      value: 'file',
      description: 'write the metadata (JSON) to a file',
      commands: ['decompress'],
    },
    {
      name: 'raw',
      description: {
        compress: 'pack a .npy file as plain bytes',
        decompress: 'write plain bytes, without a .npy header',
        append: 'append a .npy file as plain bytes; plain bytes to an array',
        meta: 'bytes as they are, not as a msgpack value; of an archive: text, not JSON',
        verify: 'compare with a .npy file as plain bytes',
      },
      commands: ['compress', 'decompress', 'append', 'meta', 'verify'],
    },
    {
      name: 'fixed',
      description: 'a fixed metalayer, which keeps its size',
      commands: ['meta'],
    },
    { name: 'chunks', description: 'add a row for each chunk', commands: ['info'] },
    {
      name: 'grow',
      description: {
        append:
          'if there is no room for more chunks or metadata: rewrite the archive with ten times the room',
        meta: 'if there is no room for the value: rewrite the archive with ten times the room',
      },
      commands: ['append', 'meta'],
    },
    {
      name: 'append-id',
      value: 'id',
      description:
        'name this append, up to 200 characters; if the archive has one of that name already, do nothing',
      parse: (text) => text,
      commands: ['append'],
    },
    {
      name: 'lock-timeout',
      value: 'seconds',
      description: {
        compress: WAIT_TO_REPLACE,
        append: WAIT_TO_CHANGE,
        meta: WAIT_TO_CHANGE,
        repair: WAIT_TO_REPLACE,
        concat: WAIT_TO_REPLACE,
        convert: WAIT_TO_REPLACE,
      },
      default: '60',
      parse: parseSeconds,
      commands: LOCKING,
    },
    {
      name: 'no-lock',
      description: 'take no lock: only right where nobody else changes the archive',
      commands: LOCKING,
    },
    {
      name: 'unsafe-no-cas',
      description: 'change an object though its store ignores conditions: only right where nobody else does',
      commands: ['append', 'meta'],
    },
    {
      name: 'older-than',
      value: 'age',
      description:
        'only what is so old (90m, 24h, 7d): younger uploads, and files of other machines, may still be written',
      default: '24h',
      parse: parseAge,
      commands: ['clean'],
    },
    { name: 'dry-run', description: 'only say what would be done', commands: ['clean'] },
    {
      name: 'salvage',
      description: 'unpack what is left of a damaged archive; exit code 3 where something is lost',
      commands: ['decompress'],
    },
    {
      name: 'fill',
      value: 'with',
      description: {
        decompress: 'with --salvage: zeros in place of lost chunks, so that the rest stays in its place',
        repair: 'zeros: put zeros in place of lost chunks, so that the rest stays in its place',
      },
      default: { repair: 'they are left out' },
      parse: oneOf('filling', ['zeros']),
      commands: ['decompress', 'repair'],
    },
    { name: 'deep', description: 'decompress every chunk too', commands: ['verify'] },
    {
      name: 'against',
      value: 'file',
      description: 'compare with the original file too',
      commands: ['verify'],
    },
    {
      name: 'max-chunk',
      value: 'size',
      description: 'refuse chunks of more plain bytes than this',
      default: '2G',
      parse: size('the largest chunk', Number.MAX_SAFE_INTEGER),
      commands: READING,
    },
  ]
}

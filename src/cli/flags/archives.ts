// Flags for reading, changing and repairing containers.

import { readExtensionsText } from '../extensions.js'
import { choice, parseAge, parseSeconds, size } from './option-values.js'
import type { CommandName, Flag } from './options.js'
import { parseSelection } from './selection.js'
import { parseSlice } from './slices.js'

/** Commands that change an archive, or with -f replace one. */
const LOCKING: readonly CommandName[] = ['compress', 'append', 'meta', 'repair', 'concat', 'convert']
const WAIT_TO_REPLACE = 'with -f: how long to wait for others that change the output'
const WAIT_TO_CHANGE = 'how long to wait for others that change the archive'
const NO_WAIT = '0 does not wait.'
const NO_WAIT_TO_CHANGE = `In a store: how long to start over if others change the object first. ${NO_WAIT}`
const READING: readonly CommandName[] = [
  'decompress',
  'info',
  'append',
  'verify',
  'repair',
  'concat',
  'convert',
]

/** What is read, and how. */
function readingFlags(): readonly Flag[] {
  return [
    {
      letter: 'e',
      name: 'no-check-extension',
      group: 'input',
      summary: 'accept any file name',
      details: `Otherwise the name must end with ${readExtensionsText()}.`,
      commands: ['decompress', 'append', 'ls'],
    },
    {
      name: 'slice',
      value: 'keys',
      group: 'input',
      common: ['decompress'],
      summary: 'take a part of an array, as NumPy indexes it',
      details: "For example '0:10,:,5::2', '-1,...' or '[1,5,7],:3'.",
      parse: parseSelection,
      commands: ['decompress'],
    },
    {
      name: 'items',
      value: 'start:stop',
      group: 'input',
      common: ['decompress'],
      summary: 'take only these items, as in a Python slice',
      details: 'Items of an array come out as a 1-D .npy file, in memory order.',
      parse: parseSlice,
      commands: ['decompress'],
    },
    {
      name: 'bytes',
      value: 'start:stop',
      group: 'input',
      common: ['decompress'],
      summary: 'take only these uncompressed bytes',
      parse: parseSlice,
      commands: ['decompress'],
    },
    {
      name: 'field',
      value: 'name',
      group: 'input',
      common: ['decompress'],
      summary: 'take only this field of structured items',
      details: 'It may be combined with --items or --slice.',
      commands: ['decompress'],
    },
    {
      name: 'raw',
      group: 'input',
      common: ['decompress', 'append', 'meta', 'verify'],
      summary: {
        compress: 'pack a .npy file as raw bytes',
        decompress: 'write raw bytes, without a .npy header',
        append: 'append the raw bytes of the file',
        meta: 'take the value as raw bytes',
        verify: 'compare with the raw bytes of a .npy file',
      },
      details: {
        append: 'A .npy file is then appended with its header, and an array takes raw items.',
        meta: 'Otherwise it is JSON, stored as msgpack. In a Bloscpack archive, --raw stands for text.',
      },
      commands: ['compress', 'decompress', 'append', 'meta', 'verify'],
    },
    {
      name: 'chunks',
      group: 'output',
      common: ['info'],
      summary: 'list every chunk',
      commands: ['info'],
    },
    {
      name: 'metadata-out',
      value: 'file',
      group: 'output',
      common: ['decompress'],
      summary: 'write the metadata to this JSON file',
      takesFile: true,
      commands: ['decompress'],
    },
    {
      name: 'deep',
      group: 'input',
      common: ['verify'],
      summary: 'also decompress every chunk',
      commands: ['verify'],
    },
    {
      name: 'against',
      value: 'file',
      group: 'input',
      common: ['verify'],
      summary: 'also compare with the original file',
      takesFile: true,
      commands: ['verify'],
    },
    {
      name: 'salvage',
      group: 'input',
      common: ['decompress'],
      summary: 'unpack what is left of a damaged archive',
      details: 'The exit code is 3 if anything is lost.',
      commands: ['decompress'],
    },
    {
      name: 'fill',
      value: 'with',
      group: 'input',
      common: ['repair'],
      summary: {
        decompress: 'with --salvage: fill the place of lost chunks',
        repair: 'fill the place of lost chunks',
      },
      details: 'Everything else then keeps its position.',
      default: 'lost chunks are left out',
      ...choice('filling', ['zeros']),
      commands: ['decompress', 'repair'],
    },
    {
      name: 'max-chunk',
      value: 'size',
      group: 'safety',
      summary: 'refuse chunks with more uncompressed bytes than this',
      default: '2G',
      parse: size('the largest chunk', Number.MAX_SAFE_INTEGER),
      commands: READING,
    },
  ]
}

/** How archives are changed. */
function changeFlags(): readonly Flag[] {
  return [
    {
      name: 'fixed',
      group: 'input',
      common: ['meta'],
      summary: 'a fixed metalayer, which keeps its size',
      commands: ['meta'],
    },
    {
      name: 'grow',
      group: 'output',
      common: ['append', 'meta'],
      summary: 'rewrite a full archive with ten times the room',
      commands: ['append', 'meta'],
    },
    {
      name: 'append-id',
      value: 'id',
      group: 'safety',
      common: ['append'],
      summary: 'name this append, so that it happens only once',
      details: 'Up to 200 characters. If the archive already has an append of that name, nothing is done.',
      parse: (text) => text,
      commands: ['append'],
    },
    {
      name: 'lock-timeout',
      value: 'seconds',
      group: 'safety',
      common: ['append'],
      summary: {
        compress: WAIT_TO_REPLACE,
        append: WAIT_TO_CHANGE,
        meta: WAIT_TO_CHANGE,
        repair: WAIT_TO_REPLACE,
        concat: WAIT_TO_REPLACE,
        convert: WAIT_TO_REPLACE,
      },
      details: {
        compress: NO_WAIT,
        append: NO_WAIT_TO_CHANGE,
        meta: NO_WAIT_TO_CHANGE,
        repair: NO_WAIT,
        concat: NO_WAIT,
        convert: NO_WAIT,
      },
      default: '60',
      parse: parseSeconds,
      commands: LOCKING,
    },
    {
      name: 'no-lock',
      group: 'safety',
      summary: 'do not lock the archive',
      details: 'Safe only if nobody else changes it.',
      commands: LOCKING,
    },
    {
      name: 'unsafe-no-cas',
      group: 'safety',
      summary: 'change an object even if its store ignores conditions',
      details: 'Safe only if nobody else changes it.',
      commands: ['append', 'meta'],
    },
    {
      name: 'older-than',
      value: 'age',
      group: 'safety',
      common: ['clean'],
      summary: 'only what is at least this old, such as 90m, 24h or 7d',
      details: 'Younger uploads, and files of other machines, may still be in use.',
      default: '24h',
      parse: parseAge,
      commands: ['clean'],
    },
    {
      name: 'dry-run',
      group: 'safety',
      common: ['clean'],
      summary: 'show what would be removed, and remove nothing',
      commands: ['clean'],
    },
  ]
}

/** What is done with archives: what of them, and how. */
export function archiveFlags(): readonly Flag[] {
  return [...readingFlags(), ...changeFlags()]
}

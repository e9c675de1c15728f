// Flags about how data are compressed, and what is written.

import { defaultFormat, formats, writtenFormats } from '../../format/registry.js'
import { MAX_CHUNK_NBYTES, type PackOptions } from '../../verbs/options.js'
import { parseFilters } from './blosc2-values.js'
import {
  choice,
  parseCodec,
  parsePart,
  parseRoom,
  parseTypesize,
  size,
  wholeNumber,
} from './option-values.js'
import type { CommandName, Flag } from './options.js'

const SHUFFLES: readonly Required<PackOptions>['shuffle'][] = ['none', 'byte', 'bit']
const SPLIT_MODES: readonly Required<PackOptions>['splitMode'][] = [
  'always',
  'never',
  'auto',
  'forward-compat',
]
const ENCODING: readonly CommandName[] = ['compress', 'append', 'concat', 'convert']
/** Commands that write whole containers of any kind. */
const WRITING: readonly CommandName[] = ['compress', 'convert']
const MAKING: readonly CommandName[] = [...WRITING, 'concat']

/** `blp is a Bloscpack archive, b2frame a Blosc2 frame, …`. */
function formatsText(): string {
  const words = writtenFormats().map(({ id, what }, i) => `${id} ${i === 0 ? 'is ' : ''}${what}`)
  return `${words.join(', ')}.`
}

/** Names that some format has, each once. */
function namesOf(which: 'codecs' | 'filters' | 'checksums'): string[] {
  const known = new Map<string, string>()
  for (const format of formats())
    for (const name of format[which] ?? [])
      if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), name)
  return [...known.values()]
}

/** How data are compressed. */
function compressionFlags(): readonly Flag[] {
  return [
    {
      letter: 'c',
      name: 'codec',
      value: 'codec',
      group: 'compression',
      common: ENCODING,
      summary: 'compress with this codec',
      details: 'Blosc2 and HDF5 take all but snappy, and registered codecs as name or name:meta.',
      default: {
        compress: 'lz4, or zstd for Blosc2 and HDF5',
        append: "lz4, or a frame's own codec",
        concat: "the first archive's",
        convert: 'lz4, or zstd for Blosc2 and HDF5',
      },
      values: namesOf('codecs'),
      parse: parseCodec,
      commands: ENCODING,
    },
    {
      letter: 'l',
      name: 'clevel',
      value: 'level',
      group: 'compression',
      common: ENCODING,
      summary: 'compression level, from 0 (store) to 9',
      default: '5',
      parse: wholeNumber('the level', 0, 9),
      commands: ENCODING,
    },
    {
      letter: 't',
      name: 'typesize',
      value: 'size',
      group: 'compression',
      common: ['compress'],
      summary: 'item size in bytes',
      details: 'From 1 to 255, or auto to infer it from a sample.',
      default: { compress: "the array's, else auto", append: "the archive's", convert: "the input's" },
      parse: parseTypesize,
      commands: ['compress', 'append', 'convert'],
    },
    {
      name: 'shuffle',
      value: 'kind',
      group: 'compression',
      common: ['compress'],
      summary: 'shuffle bytes or bits before compression',
      default: {
        compress: 'byte',
        append: "byte, or a frame's own filters",
        concat: "the first archive's",
        convert: 'byte',
      },
      ...choice('shuffle', SHUFFLES),
      commands: ENCODING,
    },
    {
      letter: 's',
      name: 'no-shuffle',
      group: 'compression',
      summary: 'same as --shuffle none',
      commands: ENCODING,
    },
    {
      letter: 'z',
      name: 'chunk-size',
      value: 'size',
      group: 'compression',
      common: ['compress'],
      summary: 'uncompressed bytes per chunk',
      details: 'For example 128K, 1M, 0.5G or max.',
      default: '1M, or 4M for Blosc2 frames',
      parse: size('the chunk size', MAX_CHUNK_NBYTES, MAX_CHUNK_NBYTES),
      commands: WRITING,
    },
    {
      name: 'block-size',
      value: 'size',
      group: 'compression',
      summary: 'uncompressed bytes per block',
      default: "C-Blosc's choice for level and codec",
      parse: size('the block size', MAX_CHUNK_NBYTES),
      commands: ['compress', 'append', 'convert'],
    },
    {
      letter: 'k',
      name: 'checksum',
      value: 'name',
      group: 'compression',
      summary: 'checksum to store with each chunk',
      details: 'Blosc2 takes xxh64 or none, HDF5 only none.',
      default: 'crc32; xxh64 for Blosc2, none for HDF5',
      ...choice('checksum', namesOf('checksums')),
      commands: WRITING,
    },
  ]
}

/** How Blosc2 compresses. */
function blosc2Flags(): readonly Flag[] {
  return [
    {
      name: 'filters',
      value: 'list',
      group: 'blosc2',
      common: ['convert'],
      summary: 'filters to apply before compression, in order',
      details:
        'Up to six, such as delta,shuffle, or none. trunc_prec:bits (floats) and int_trunc:bits (integers) are lossy.',
      default: 'shuffle',
      offers: [...namesOf('filters'), 'none'],
      parse: parseFilters,
      commands: WRITING,
    },
    {
      name: 'split-mode',
      value: 'mode',
      group: 'blosc2',
      summary: 'when to split blocks into streams',
      default: 'auto',
      ...choice('split mode', SPLIT_MODES),
      commands: WRITING,
    },
    {
      name: 'dict',
      group: 'blosc2',
      summary: 'store a dictionary in each chunk',
      details: 'This helps small blocks. It works with lz4, lz4hc and zstd.',
      commands: WRITING,
    },
    {
      name: 'sparse',
      group: 'blosc2',
      summary: 'write a directory with one file per chunk',
      commands: MAKING,
    },
  ]
}

/** What is written. */
function outputFlags(): readonly Flag[] {
  const byName = `from the output's name, else ${defaultFormat().id}`
  return [
    {
      name: 'format',
      value: 'kind',
      group: 'output',
      common: ['convert'],
      summary: 'kind of file to write',
      details: formatsText(),
      default: {
        compress: byName,
        convert: byName,
        concat: "from the output's name, else as the first input",
      },
      values: writtenFormats().map(({ id }) => id),
      parse: (text) => text,
      commands: MAKING,
    },
    {
      letter: 'm',
      name: 'metadata',
      value: 'file',
      group: 'output',
      summary: {
        compress: 'store this JSON file as metadata',
        append: 'replace the metadata with this JSON file',
        concat: "store this JSON file in place of the archives' metadata",
        convert: "store this JSON file in place of the input's metadata",
      },
      details: {
        compress: '- is standard input.',
        append: 'Not for frames: use blpk meta for those.',
        concat: '- is standard input.',
        convert: '- is standard input.',
      },
      takesFile: true,
      commands: ENCODING,
    },
    {
      letter: 'o',
      name: 'no-offsets',
      group: 'output',
      summary: 'leave out the table of chunk offsets',
      details: 'The archive gets a little smaller, but reading a part of it takes longer.',
      commands: WRITING,
    },
    {
      name: 'max-app-chunks',
      value: 'n',
      group: 'output',
      summary: 'room to reserve for appended chunks',
      details: 'A count, or a multiple of the chunks that are packed, such as 10x.',
      default: '10x',
      parse: parseRoom,
      commands: ['compress', 'concat', 'convert'],
    },
    {
      name: 'part',
      value: 'i/n',
      group: 'input',
      summary: 'pack only piece i of n, such as 3/8',
      details: 'blpk concat joins the pieces.',
      parse: parsePart,
      commands: ['compress'],
    },
  ]
}

/** How data are compressed, and what is written. */
export function packingFlags(): readonly Flag[] {
  return [...compressionFlags(), ...blosc2Flags(), ...outputFlags()]
}

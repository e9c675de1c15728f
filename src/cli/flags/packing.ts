// Flags about what is written, and how it is compressed.

import { defaultFormat, formats, writtenFormats } from '../../format/registry.js'
import { MAX_CHUNK_NBYTES, type PackOptions } from '../../verbs/options.js'
import { parseDtype, parseExtents, parseFilters, parseShape } from './blosc2-values.js'
import { oneOf, parseCodec, parsePart, parseRoom, parseTypesize, size, wholeNumber } from './option-values.js'
import type { CommandName, Flag } from './options.js'

const SHUFFLES: readonly Required<PackOptions>['shuffle'][] = ['none', 'byte', 'bit']
/** Kinds of containers for a sentence, all but the default with what they are: `blp, b2frame (Blosc2 frame) or …`. */
function formatsText(): string {
  const words = writtenFormats().map(({ id, what }, i) =>
    i === 0 ? id : `${id} (${what.replace(/^an? /, '')})`,
  )
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** Names that some format has, each once. */
function namesOf(which: 'codecs' | 'checksums'): string[] {
  const known = new Map<string, string>()
  for (const format of formats())
    for (const name of format[which] ?? [])
      if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), name)
  return [...known.values()]
}

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

/** What is written, and how it is compressed. */
export function packingFlags(): readonly Flag[] {
  const codecs = namesOf('codecs').join(', ')
  const checksums = namesOf('checksums')
  return [
    {
      name: 'format',
      value: 'kind',
      description: `container to write: ${formatsText()}`,
      default: {
        compress: `by the output's name, else ${defaultFormat().id}`,
        convert: `by the output's name, else ${defaultFormat().id}`,
        concat: "by the output's name, else the first input's",
      },
      parse: (text) => text,
      commands: MAKING,
    },
    {
      letter: 't',
      name: 'typesize',
      value: 'size',
      description: 'item size in bytes, 1 to 255, or auto: found out by a sample',
      default: { compress: "the array's, else auto", append: "the archive's", convert: "the input's" },
      parse: parseTypesize,
      commands: ['compress', 'append', 'convert'],
    },
    {
      letter: 'l',
      name: 'clevel',
      value: 'level',
      description: 'compression level, 0 (store) to 9',
      default: '5',
      parse: wholeNumber('the level', 0, 9),
      commands: ENCODING,
    },
    {
      name: 'shuffle',
      value: 'kind',
      description: 'filter: none, byte or bit',
      default: {
        compress: 'byte',
        append: "byte; a frame's own",
        concat: "the first archive's",
        convert: 'byte',
      },
      parse: oneOf('shuffle', SHUFFLES),
      commands: ENCODING,
    },
    { letter: 's', name: 'no-shuffle', description: 'the same as --shuffle none', commands: ENCODING },
    {
      letter: 'c',
      name: 'codec',
      value: 'codec',
      description: {
        compress: `${codecs}; in Blosc2 all but snappy, and registered ones as name:meta`,
        append: codecs,
        concat: codecs,
        convert: `${codecs}; in Blosc2 all but snappy, and registered ones as name:meta`,
      },
      default: {
        compress: 'lz4, in Blosc2 zstd',
        append: "lz4; a frame's own",
        concat: "the first archive's",
        convert: 'lz4, in Blosc2 zstd',
      },
      parse: parseCodec,
      commands: ENCODING,
    },
    {
      name: 'filters',
      value: 'list',
      description:
        'up to six filters of Blosc2, such as delta,shuffle; or none. trunc_prec:bits (floats) and int_trunc:bits (integers) are lossy',
      default: 'shuffle',
      parse: parseFilters,
      commands: WRITING,
    },
    {
      letter: 'z',
      name: 'chunk-size',
      value: 'size',
      description: 'plain bytes a chunk: 128K, 1M, 0.5G, max',
      default: '1M; of frames 4M',
      parse: size('the chunk size', MAX_CHUNK_NBYTES, MAX_CHUNK_NBYTES),
      commands: WRITING,
    },
    {
      name: 'block-size',
      value: 'size',
      description: 'plain bytes a block',
      default: "C-Blosc's rule for level and codec",
      parse: size('the block size', MAX_CHUNK_NBYTES),
      commands: ['compress', 'append', 'convert'],
    },
    {
      name: 'chunks',
      value: 'shape',
      description: 'of an array (b2nd): shape of its chunks, such as 10,25,150',
      default: 'some 4M of whole blocks',
      parse: parseExtents,
      commands: WRITING,
    },
    {
      name: 'blocks',
      value: 'shape',
      description: 'of an array (b2nd): shape of the blocks of a chunk',
      default: 'some 128K',
      parse: parseExtents,
      commands: WRITING,
    },
    {
      name: 'dtype',
      value: 'type',
      description: {
        compress: "what the items of plain bytes are, as NumPy names it, such as '<f4': they become an array",
        convert: "what the items are, as NumPy names it, such as '<f4': plain bytes become an array",
        decompress: "what the items of an array (b2nd) are, in place of its own dtype, such as '<f4'",
        append: "what the items of the array (b2nd) are, in place of its own dtype, such as '<f4'",
        info: "what the items of an array (b2nd) are, in place of its own dtype, such as '<f4'",
        verify: 'what the items of the array (b2nd) are, in place of its own dtype, for --against',
      },
      parse: parseDtype,
      commands: ['compress', 'convert', 'decompress', 'append', 'info', 'verify'],
    },
    {
      name: 'shape',
      value: 'shape',
      description: 'shape of the array that plain bytes become, such as 100,200; one extent may be -1',
      default: { compress: 'one dimension', convert: "the input's, or one dimension" },
      parse: parseShape,
      commands: WRITING,
    },
    {
      name: 'order',
      value: 'order',
      description: 'order of the items of such plain bytes: C, or F (Fortran, the first index fastest)',
      default: 'C',
      parse: oneOf('order', ['C', 'F']),
      commands: WRITING,
    },
    {
      name: 'split-mode',
      value: 'mode',
      description: `when Blosc2 splits blocks into streams: ${SPLIT_MODES.join(', ')}`,
      default: 'auto',
      parse: oneOf('split mode', SPLIT_MODES),
      commands: WRITING,
    },
    {
      name: 'dict',
      description: 'a dictionary in each chunk of Blosc2, which helps small blocks: lz4, lz4hc, zstd',
      commands: WRITING,
    },
    {
      name: 'sparse',
      description: 'write a Blosc2 frame or array as a directory, with a file for each chunk',
      commands: MAKING,
    },
    {
      letter: 'k',
      name: 'checksum',
      value: 'name',
      description: `of each chunk: ${checksums.join(', ')}; in Blosc2 xxh64 or none`,
      default: 'crc32, in Blosc2 xxh64',
      parse: oneOf('checksum', checksums),
      commands: WRITING,
    },
    {
      letter: 'o',
      name: 'no-offsets',
      description: 'write no positions of chunks: smaller, but parts are found more slowly',
      commands: WRITING,
    },
    {
      letter: 'm',
      name: 'metadata',
      value: 'file',
      description: {
        compress: 'JSON file to store as metadata; - is standard input',
        append: 'JSON file to store as metadata, in place of those that are there (not of frames: see meta)',
        concat: 'JSON file to store as metadata, in place of those of the archives',
        convert: 'JSON file to store as metadata, in place of those of the input',
      },
      commands: ENCODING,
    },
    {
      name: 'max-app-chunks',
      value: 'n',
      description: 'room for appended chunks: a count, or 10x for ten times the chunks there are',
      default: '10x',
      parse: parseRoom,
      commands: ['compress', 'concat', 'convert'],
    },
    {
      name: 'part',
      value: 'i/n',
      description: 'pack only the i-th of n pieces (1/n to n/n), which blpk concat joins',
      parse: parsePart,
      commands: ['compress'],
    },
  ]
}

// The table of subcommands, from which parser and help are made. Their modules load on use.

import { namesOf } from '../places/registry.js'
import type { Context } from './context.js'
import { extensionsText, insideText, readExtensionsText } from './extensions.js'
import type { CommandName } from './flags/options.js'

/** What a subcommand's module gives. */
export interface CommandModule {
  /** @returns the exit code; what it throws is said and mapped to one */
  run(args: readonly string[], context: Context): Promise<number>
}

/** A subcommand as the help and the parser know it. */
export interface CommandSpec {
  name: CommandName
  alias?: string
  /** In the order of the command line; `[x]` may be left out, `<x...>` may come several times. */
  args: readonly { name: string; description: string }[]
  summary: string
  description: string
  examples: readonly string[]
  /** Modules are loaded when they are used, so that the others cost nothing. */
  load(): Promise<CommandModule>
}

const DASH = '- is standard'

/** The subcommands, in the order of the help, with what plug-ins that are loaded add to it. */
export function commands(): readonly CommandSpec[] {
  return [
    {
      name: 'compress',
      alias: 'c',
      args: [
        { name: '<in>', description: `file to pack; ${DASH} input` },
        { name: '[out]', description: `archive to write; ${DASH} output (default: <in>.blp)` },
      ],
      summary: 'pack a file into an archive',
      description:
        'Packs a file into a Bloscpack archive (.blp), a Blosc2 frame (.b2frame) or a Blosc2 array (.b2nd). A .npy file ' +
        'is packed as the array that it holds.',
      examples: [
        'blpk compress data.npy',
        'blpk c -c zstd -l 9 -t 8 dump.bin dump.blp',
        'blpk c data.npy data.b2nd --chunks 10,25,150 --filters bitshuffle',
        'cat x | blpk c - x.blp',
      ],
      load: () => import('./commands/compress.js'),
    },
    {
      name: 'decompress',
      alias: 'd',
      args: [
        { name: '<in>', description: `archive, frame or array; ${DASH} input` },
        {
          name: '[out]',
          description: `file to write; ${DASH} output (default: <in> without ${readExtensionsText()}; of an array with .npy)`,
        },
      ],
      summary: 'unpack an archive, or a part of one',
      description:
        'Unpacks an archive, a frame or an array, and checks it on the way. An array comes out as a .npy file.',
      examples: [
        'blpk decompress data.npy.blp',
        'blpk d --items 1000:2000 data.npy.blp part.npy',
        "blpk d --slice '0:10,:,5::2' data.b2nd part.npy",
        'blpk d --bytes -64: dump.blp - | xxd',
      ],
      load: () => import('./commands/decompress.js'),
    },
    {
      name: 'info',
      alias: 'i',
      args: [{ name: '<file...>', description: `archives, frames or arrays; ${DASH} input` }],
      summary: 'show what is in an archive',
      description:
        'Shows sizes, shape, compression and metadata of archives, frames and arrays, without unpacking them.',
      examples: ['blpk info data.npy.blp', 'blpk i --chunks dump.blp', 'blpk i --json *.blp'],
      load: () => import('./commands/info.js'),
    },
    {
      name: 'append',
      alias: 'a',
      args: [
        {
          name: '<archive>',
          description: `archive, frame or array to change: a file or ${namesOf('change', 'bucket/key').join(' or ')}`,
        },
        { name: '<new...>', description: `files to append, all or none of them; ${DASH} input` },
      ],
      summary: 'append files to an archive',
      description:
        'Appends files to an archive or a Blosc2 frame: plain bytes to bytes, rows of .npy files to an array.',
      examples: [
        'blpk append all.npy.blp today.npy',
        'blpk append --append-id 2024-06-01 all.npy.blp 00h.npy 12h.npy',
        'cat log.bin | blpk a --grow log.blp -',
        'blpk append grid.b2nd today.npy',
        'blpk a --append-id $CI_JOB_ID s3://bucket/runs.npy.blp run.npy',
      ],
      load: () => import('./commands/append.js'),
    },
    {
      name: 'meta',
      args: [
        { name: '<action>', description: 'get, set or rm' },
        { name: '<archive>', description: 'archive, Blosc2 frame or array' },
        {
          name: '[name]',
          description: 'of the metalayer, or member of the JSON; get without one shows all of them',
        },
        {
          name: '[value]',
          description: `JSON, or any text that does not look like JSON; @file is the content of a file; ${DASH} input`,
        },
      ],
      summary: 'show or change metadata',
      description:
        'Shows, sets or removes metalayers of Blosc2 frames and arrays, and members of the JSON metadata of Bloscpack ' +
        "archives. Values of metalayers are msgpack, as python-blosc2 stores them (schunk.vlmeta['name']), and JSON here. NaN and " +
        'infinities stand as Python writes them; with --json they are strings.',
      examples: [
        'blpk meta get grid.b2nd',
        'blpk meta set grid.b2nd source \'{"run": 7}\'',
        'blpk meta rm grid.b2nd source',
        'blpk meta set run.npy.blp source \'{"run": 7}\'',
      ],
      load: () => import('./commands/meta.js'),
    },
    {
      name: 'verify',
      args: [{ name: '<archive...>', description: `archives, frames or arrays; ${DASH} input` }],
      summary: 'check that archives are sound',
      description:
        'Checks structure and checksums of archives and of Blosc2 frames, and says what is wrong and where. ' +
        'Frames are always decompressed.',
      examples: ['blpk verify *.blp *.b2nd', 'blpk verify --deep --against data.npy data.npy.blp'],
      load: () => import('./commands/verify.js'),
    },
    {
      name: 'repair',
      args: [
        { name: '<archive>', description: 'damaged archive, frame or array, which is only read' },
        { name: '<out>', description: `archive to write; ${DASH} output` },
      ],
      summary: 'make a sound archive of what is left of a damaged one',
      description:
        'Writes a new archive or Blosc2 frame with all chunks that are sound, byte for byte, and says what is lost. ' +
        'The output is written in either case; the exit code is 3 where something is lost.',
      examples: ['blpk repair broken.blp sound.blp', 'blpk repair --fill zeros broken.npy.blp sound.npy.blp'],
      load: () => import('./commands/repair.js'),
    },
    {
      name: 'concat',
      args: [
        { name: '<out>', description: `archive, frame or array to write; ${DASH} output` },
        { name: '<in...>', description: 'archives, frames or arrays to join, in this order' },
      ],
      summary: 'join archives, frames or arrays into one',
      description:
        'Joins archives of the same typesize, chunk size and checksum, Blosc2 frames of the same typesize, and arrays of the ' +
        'same dtype along axis 0. Chunks are copied as they are, within the store where all is there; only what lies behind ' +
        'a short last chunk is packed anew. Inputs of different kinds are unpacked, and packed as the output. Metalayers are ' +
        'those of the first input.',
      examples: [
        'blpk concat all.npy.blp part-*.npy.blp',
        'blpk concat years.b2nd 2023.b2nd 2024.b2nd',
        'blpk concat s3://b/all.blp s3://b/1.blp s3://b/2.blp',
      ],
      load: () => import('./commands/concat.js'),
    },
    {
      name: 'convert',
      args: [
        { name: '<in>', description: `archive, frame or array; ${DASH} input` },
        { name: '<out>', description: `${extensionsText()} to write; ${DASH} output` },
      ],
      summary: 'turn an archive into a frame or array, and back',
      description:
        'Turns Bloscpack archives, Blosc2 frames and Blosc2 arrays into each other. Chunks are copied as they are where ' +
        'the output may hold them and no option says how to compress; otherwise they are compressed anew.',
      examples: [
        'blpk convert data.npy.blp data.b2nd',
        'blpk convert data.blp data.b2frame',
        'blpk convert --chunks 64,64 -c lz4 a.b2nd b.b2nd',
      ],
      load: () => import('./commands/convert.js'),
    },
    {
      name: 'ls',
      args: [
        {
          name: '<prefix...>',
          description: `where to look: ${namesOf('list', 'bucket/prefix').join(' or ')}${insideText()}`,
        },
      ],
      summary: 'list archives in a bucket',
      description: 'Lists the archives, frames and arrays under a prefix, with what their fronts tell.',
      examples: ['blpk ls s3://bucket/run-7/', 'blpk ls --json s3://bucket'],
      load: () => import('./commands/ls.js'),
    },
    {
      name: 'clean',
      args: [
        {
          name: '<place...>',
          description: `where to look: a directory, or ${namesOf('unfinished', 'bucket/prefix').join(' or ')}`,
        },
      ],
      summary: 'remove what killed runs left behind',
      description:
        'In a directory and those in it: removes temporary files whose run has ended, and journals that count no more. ' +
        'Journals that an archive still needs, and files of runs that may be at work, stay. In a bucket: gives up unfinished ' +
        'uploads, of whatever program, that were begun long ago. Objects are not touched.',
      examples: [
        'blpk clean --dry-run data',
        'blpk clean --dry-run s3://bucket',
        'blpk clean --older-than 2h s3://bucket/run-7/',
      ],
      load: () => import('./commands/clean.js'),
    },
  ]
}

// The table of subcommands, from which parser, help, manual and completion are made. Modules load on use.

import { namesOf } from '../places/registry.js'
import type { CommandWords } from './command-words.js'
import type { Context } from './context.js'
import { extensionsText, insideText, onlyReadText, readExtensionsText } from './extensions.js'

/** What a subcommand's module gives. */
export interface CommandModule {
  /** @returns the exit code; what it throws is said and mapped to one */
  run(args: readonly string[], context: Context): Promise<number>
}

/** A subcommand as the parser knows it. */
export interface CommandSpec extends CommandWords {
  /** Modules are loaded when they are used, so that the others cost nothing. */
  load(): Promise<CommandModule>
}

const STDIN = '- is standard input'
const STDOUT = '- is standard output'

/** Commands that make archives, read them and look at them. */
function mainCommands(): readonly CommandSpec[] {
  const onlyRead = onlyReadText()
  return [
    {
      name: 'compress',
      alias: 'c',
      alsoTried: ['pack', 'zip', 'create', 'encode'],
      args: [
        { name: '<in>', description: 'file to pack', details: STDIN, takes: 'file' },
        {
          name: '[out]',
          description: 'archive to write (default: <in>.blp)',
          details: STDOUT,
          takes: 'archive',
        },
      ],
      summary: 'pack a file into an archive',
      description: 'Packs a file into an archive, a frame, an array or an HDF5 file.',
      details:
        'The name of the output tells which (.blp, .b2frame, .b2nd or .h5); frames and arrays are those of Blosc2. What follows :: in the name of an HDF5 file ' +
        'is the path of the dataset. A .npy file is packed as the array that it holds, and everything else as raw bytes, ' +
        'unless --dtype says what the items are.',
      examples: [
        ['blpk compress data.npy', 'write data.npy.blp'],
        ['blpk c -c zstd -l 9 dump.bin dump.blp', 'make it smaller'],
        ['blpk c data.npy data.b2nd --chunks 10,25,150', 'write a Blosc2 array'],
        ['blpk c data.npy run.h5::/entry/data', 'write a dataset of an HDF5 file'],
        ['tar c dir | blpk c - dir.tar.blp', 'pack a stream'],
      ],
      load: () => import('./commands/compress.js'),
    },
    {
      name: 'decompress',
      alias: 'd',
      alsoTried: ['unpack', 'extract', 'unzip', 'decode', 'cat', 'x'],
      args: [
        { name: '<in>', description: 'archive, frame, array or dataset', details: STDIN, takes: 'archive' },
        {
          name: '[out]',
          description: 'file to write (default: <in> without its extension)',
          details: STDOUT,
          takes: 'file',
        },
      ],
      summary: 'unpack an archive, or a part of one',
      description: 'Unpacks an archive, frame, array or dataset, or a part. Damage is an error.',
      details:
        'An array comes out as a .npy file, and so does a dataset of an HDF5 file (file.h5::/path). Without [out], the output is named after the input, ' +
        `without ${readExtensionsText()}.${onlyRead === undefined ? '' : ` It also reads ${onlyRead}.`}`,
      examples: [
        ['blpk decompress data.npy.blp', 'write data.npy'],
        ["blpk d --slice '0:10,:,5::2' data.b2nd part.npy", 'take a part of an array'],
        ['blpk d --slice 10:20 run.h5::/entry/data part.npy', 'take rows of a dataset'],
        ['blpk d --items 1000:2000 data.npy.blp part.npy', 'take some items'],
        ['blpk d --bytes -64: dump.blp - | xxd', 'look at the last 64 bytes'],
      ],
      load: () => import('./commands/decompress.js'),
    },
    {
      name: 'info',
      alias: 'i',
      alsoTried: ['show', 'stat', 'inspect', 'describe'],
      args: [
        {
          name: '<file...>',
          description: 'archives, frames, arrays or HDF5 files',
          details: STDIN,
          takes: 'archive',
        },
      ],
      summary: 'show what is in an archive',
      description: 'Shows size, shape, compression and metadata, without unpacking anything.',
      examples: [
        ['blpk info data.npy.blp', 'look at an archive'],
        ['blpk i --chunks dump.blp', 'list its chunks'],
        ['blpk i run.h5::/entry/data', 'look at a dataset of an HDF5 file'],
        ['blpk i --json *.blp', 'print JSON for a program'],
      ],
      load: () => import('./commands/info.js'),
    },
    {
      name: 'append',
      alias: 'a',
      alsoTried: ['add'],
      args: [
        {
          name: '<archive>',
          description: `what to change: a file or ${namesOf('change', 'bucket/key').join(' or ')}`,
          takes: 'archive',
        },
        {
          name: '<new...>',
          description: 'files to append, all or none of them',
          details: STDIN,
          takes: 'file',
        },
      ],
      summary: 'append files to an archive',
      description: 'Appends files to an archive or frame, and rows of .npy files to an array.',
      details: 'Readers see the archive as it was before or as it is after, even if the run is killed.',
      examples: [
        ['blpk append all.npy.blp today.npy', 'add rows to an array'],
        ['blpk a --append-id run-7 all.npy.blp run7.npy', 'append once, even if retried'],
        ['cat log.bin | blpk a --grow log.blp -', 'append a stream, and make room'],
        [
          'blpk a --append-id $CI_JOB_ID s3://bucket/all.npy.blp run.npy',
          'append to an object, in a job that may be retried',
        ],
      ],
      load: () => import('./commands/append.js'),
    },
    {
      name: 'meta',
      alsoTried: ['metadata', 'attrs', 'attr'],
      args: [
        { name: '<action>', description: 'what to do: get, set or rm', takes: ['get', 'set', 'rm'] },
        { name: '<archive>', description: 'archive, frame or array', takes: 'archive' },
        { name: '[name]', description: 'which entry; without it, get shows all of them' },
        {
          name: '[value]',
          description: 'JSON or text',
          details: `@file reads a file, and ${STDIN}`,
          takes: 'file',
        },
      ],
      summary: 'show or change metadata',
      description: 'Shows, sets or removes metadata by name.',
      details:
        'In a Blosc2 frame or array a name is a metalayer; its value is JSON here and msgpack in the file, as python-blosc2 ' +
        "stores it (schunk.vlmeta['name']). In a Bloscpack archive a name is a member of the JSON metadata, in an HDF5 file an " +
        'attribute of the dataset. ' +
        'A value that does not look like JSON is stored as a string. NaN and infinities are printed as Python does, and as ' +
        'strings with --json.',
      examples: [
        ['blpk meta get grid.b2nd', 'show all metadata'],
        ['blpk meta set grid.b2nd source \'{"run": 7}\'', 'set an entry'],
        ['blpk meta rm grid.b2nd source', 'remove it'],
      ],
      load: () => import('./commands/meta.js'),
    },
  ]
}

/** Commands that check archives, and make others of them. */
function furtherCommands(): readonly CommandSpec[] {
  return [
    {
      name: 'verify',
      alsoTried: ['check', 'test', 'validate', 'fsck'],
      args: [
        {
          name: '<archive...>',
          description: 'archives, frames, arrays or HDF5 files',
          details: STDIN,
          takes: 'archive',
        },
      ],
      summary: 'check archives for damage',
      description: 'Checks structure and checksums, and reports what is damaged and where.',
      details:
        'Chunks of archives are decompressed only with --deep; those of frames, arrays and datasets always are.',
      examples: [
        ['blpk verify *.blp *.b2nd', 'check several files'],
        ['blpk verify --against data.npy data.npy.blp', 'compare with the original'],
      ],
      load: () => import('./commands/verify.js'),
    },
    {
      name: 'repair',
      alsoTried: ['fix', 'recover', 'rescue'],
      args: [
        {
          name: '<archive>',
          description: 'damaged archive, frame or array; it is not changed',
          takes: 'archive',
        },
        { name: '<out>', description: 'archive to write', details: STDOUT, takes: 'archive' },
      ],
      summary: 'rescue the sound chunks of a damaged archive',
      description: 'Writes a new archive with all chunks that are sound, and reports what is lost.',
      details:
        'Chunks are copied byte for byte. The exit code is 3 if anything is lost; the output is written all the same.',
      examples: [
        ['blpk repair broken.blp sound.blp', 'keep the sound chunks'],
        ['blpk repair --fill zeros broken.npy.blp sound.npy.blp', 'keep their positions too'],
      ],
      load: () => import('./commands/repair.js'),
    },
    {
      name: 'concat',
      alsoTried: ['join', 'merge', 'concatenate'],
      args: [
        { name: '<out>', description: 'archive, frame or array to write', details: STDOUT, takes: 'archive' },
        { name: '<in...>', description: 'what to join, in this order', takes: 'archive' },
      ],
      summary: 'join archives into one',
      description: 'Joins archives, frames or arrays into one. Arrays are joined along axis 0.',
      details:
        'Chunks are copied as they are, even within a store, if typesize, chunk size and checksum agree. ' +
        'Only what follows a short last chunk is compressed again. Inputs of different kinds are decompressed and packed again. ' +
        'Metalayers come from the first input.',
      examples: [
        ['blpk concat all.npy.blp part-*.npy.blp', 'join the pieces of an array'],
        ['blpk concat years.b2nd 2023.b2nd 2024.b2nd', 'join Blosc2 arrays'],
        ['blpk concat s3://b/all.blp s3://b/1.blp s3://b/2.blp', 'join objects in their bucket'],
      ],
      load: () => import('./commands/concat.js'),
    },
    {
      name: 'convert',
      alsoTried: ['transcode', 'recompress'],
      args: [
        { name: '<in>', description: 'archive, frame, array or dataset', details: STDIN, takes: 'archive' },
        { name: '<out>', description: `${extensionsText()} to write`, details: STDOUT, takes: 'archive' },
      ],
      summary: 'turn archives and arrays into each other',
      description: 'Turns archives, frames, arrays and datasets of HDF5 files into each other.',
      details:
        'Chunks are copied as they are if the output may hold them and no option asks for another compression. ' +
        'Otherwise they are compressed again.',
      examples: [
        ['blpk convert data.npy.blp data.b2nd', 'make a Blosc2 array'],
        ['blpk convert run.h5::/entry/data data.b2nd', 'make one of a dataset'],
        ['blpk convert --chunks 64,64 -c lz4 a.b2nd b.b2nd', 'change chunks and codec'],
      ],
      load: () => import('./commands/convert.js'),
    },
    {
      name: 'ls',
      alsoTried: ['list', 'dir'],
      args: [
        {
          name: '<prefix...>',
          description: `where to look: ${namesOf('list', 'bucket/prefix').join(' or ')}${insideText()}`,
        },
      ],
      summary: 'list what is in a bucket or an HDF5 file',
      description: 'Lists what is under a prefix or in an HDF5 file, with size, shape and dtype.',
      examples: [
        ['blpk ls s3://bucket/run-7/', 'list what is under a prefix'],
        ['blpk ls run.h5::/entry', 'list groups and datasets'],
        ['blpk ls --json s3://bucket', 'print JSON for a program'],
      ],
      load: () => import('./commands/ls.js'),
    },
    {
      name: 'clean',
      alsoTried: ['gc', 'prune', 'cleanup'],
      args: [
        {
          name: '<place...>',
          description: `where to look: a directory or ${namesOf('unfinished', 'bucket/prefix').join(' or ')}`,
          takes: 'directory',
        },
      ],
      summary: 'remove what killed runs left behind',
      description: 'Removes temporary files, journals and uploads that killed runs left behind.',
      details:
        'A directory is searched with everything in it. Journals that an archive still needs stay, and so do files ' +
        'of runs that may still be working. In a bucket, unfinished uploads of any program are aborted if they are old ' +
        'enough; objects are not touched.',
      examples: [
        ['blpk clean --dry-run data', 'look first'],
        ['blpk clean --older-than 2h s3://bucket/run-7/', 'abort old uploads'],
      ],
      load: () => import('./commands/clean.js'),
    },
  ]
}

/** Commands about blpk itself. */
function ownCommands(): readonly CommandSpec[] {
  return [
    {
      name: 'help',
      args: [{ name: '[command]', description: 'the command to explain', takes: 'command' }],
      summary: 'explain a command and all its options',
      description: 'Explains a command and all its options, or lists the commands.',
      examples: [
        ['blpk help', 'list commands, global options and exit codes'],
        ['blpk help compress', 'explain a command'],
      ],
      isAboutBlpk: true,
      load: () => import('./commands/help.js'),
    },
    {
      name: 'completion',
      alsoTried: ['completions'],
      args: [
        {
          name: '<shell>',
          description: 'bash, zsh, fish or powershell',
          takes: ['bash', 'zsh', 'fish', 'powershell'],
        },
      ],
      summary: 'print a completion script for a shell',
      description: 'Prints a script by which a shell completes commands, options and values.',
      examples: [
        ['blpk completion bash > ~/.local/share/bash-completion/completions/blpk', 'for bash'],
        ['blpk completion zsh > ~/.zfunc/_blpk', 'for zsh, if ~/.zfunc is in $fpath'],
        ['blpk completion fish > ~/.config/fish/completions/blpk.fish', 'for fish'],
        ['blpk completion powershell >> $PROFILE', 'for PowerShell'],
      ],
      isAboutBlpk: true,
      load: () => import('./commands/completion.js'),
    },
  ]
}

/** The subcommands, in the order of the help, with what plug-ins that are loaded add to it. */
export function commands(): readonly CommandSpec[] {
  return [...mainCommands(), ...furtherCommands(), ...ownCommands()]
}

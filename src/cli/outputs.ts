// Opens the outputs of commands: `-` is standard output, terminals get no binary data, names must fit.

import { usage } from '../core/errors.js'
import { knownByName } from '../core/known-files.js'
import type { ContainerTraits } from '../format/registry.js'
import { containerOf } from '../format/registry.js'
import { existingOutput } from '../verbs/existing-output.js'
import { splitOutput } from '../verbs/inner-name.js'
import type { Descriptor, Input, Like } from '../verbs/inputs.js'
import {
  type ByteSink,
  mayBeDirectory,
  type Output,
  type OutputOptions,
  openOutput as open,
  openOutputDirectory,
} from '../verbs/outputs.js'
import { formatOfName } from './archive-name.js'
import { type Context, placeSettings } from './context.js'
import { isDash } from './dash.js'
import { extensionsText } from './extensions.js'
import { lockOptions } from './flags/codec-flags.js'
import { beforeEnd } from './last-steps.js'
import { isTerminal } from './view/stdio.js'

const STDOUT: Descriptor = { fd: 1, name: 'standard output' }
const NPY = knownByName('.npy')?.what

/** What is asked of an output. */
export interface OutputRequest {
  context: Context
  /** Compressed bytes, which no terminal can show. */
  compressed: boolean
  /** A `.npy` file. */
  npy?: boolean
  /** What is written whatever the output is called, of compressed bytes. */
  container?: ContainerTraits
  /** Metadata, which are written as text. */
  metadata?: boolean
  /** The inputs, none of which may be the output. */
  inputs: readonly Input[]
  /** Mode and times for it. */
  like?: Like | undefined
}

/**
 * A name that ends like another kind of file would promise what is not written.
 * @throws BlpkError USAGE
 */
function checkPromise(argument: string, { compressed, npy, container, context }: OutputRequest): void {
  if (!compressed && npy !== true) return
  checkContainer(argument, container)
  const promised = knownByName(argument)?.what ?? (npy === true ? archiveByName(argument) : undefined)
  if (promised === undefined || context.options.format !== undefined) return
  if (npy === true && promised === NPY) return
  const written = npy === true ? 'a .npy file' : 'an archive'
  const way = npy === true ? 'name it .npy, or use --raw to write plain bytes' : `name it ${extensionsText()}`
  throw usage(`'${argument}' is named like ${promised}, but the output is ${written}: ${way}`)
}

/** @throws BlpkError USAGE where the name is that of another container */
function checkContainer(argument: string, container: OutputRequest['container']): void {
  const named = container === undefined ? undefined : formatOfName(argument)
  if (named === undefined || container === undefined || containerOf(named) === container) return
  const written = whatOf(container)
  const other = whatOf(containerOf(named))
  const names = container.formats.map(({ extension }) => extension).join(' or ')
  throw usage(
    `'${argument}' is named like ${other}, but the output is ${written}: ` +
      `name it ${names} (blpk convert makes ${other} of it)`,
  )
}

function whatOf({ name, formats: [first] }: ContainerTraits): string {
  return first?.what ?? name
}

function archiveByName(name: string): string | undefined {
  return formatOfName(name) === undefined ? undefined : 'an archive'
}

/** @throws BlpkError USAGE */
function refuseTerminal(fd: number, { compressed }: OutputRequest): void {
  if (compressed && isTerminal(fd))
    throw usage(
      'blpk does not write compressed data to a terminal: name an output file, or redirect the output',
    )
}

function optionsOf(argument: string, request: OutputRequest): OutputOptions {
  const { context, compressed, metadata, inputs, like } = request
  return {
    ...placeSettings(context),
    ...lockOptions(context),
    content: compressed ? 'archive' : metadata === true ? 'metadata' : 'plain',
    overwrite: context.options.force === true,
    inputs,
    like,
    onName: () => checkPromise(argument, request),
    onDevice: (fd) => refuseTerminal(fd, request),
    // What an interrupted run leaves in a store nobody sees, so it is given the time to take it away.
    onObject: () => context.protect(),
    onChange: () => context.protect(),
    onTemporary: (sink) => beforeEnd(() => void sink.discard()),
  }
}

/**
 * Opens an output: a file that appears when it is whole, a device or pipe, an object, or `-`.
 * @throws BlpkError EXISTS, SAME_FILE, USAGE, NOT_FOUND, IO, DENIED, NETWORK
 */
export function openOutput(argument: string, request: OutputRequest): Promise<ByteSink> {
  return open(isDash(argument) ? STDOUT : argument, optionsOf(argument, request))
}

/** A file is not replaced if only a part of it was named. */
function kept(inner: string | undefined): Pick<OutputOptions, 'overwrite'> {
  return inner === undefined ? {} : { overwrite: false }
}

/** An output, which is opened when it is needed. */
export function outputOf(argument: string, request: OutputRequest): Output {
  const { name, inner } = splitOutput(argument)
  return {
    name,
    inner,
    ...(inner !== undefined && { existing: () => existingOutput(name, optionsOf(name, request)) }),
    bytes: () => open(isDash(name) ? STDOUT : name, { ...optionsOf(name, request), ...kept(inner) }),
    directory: async (rules) => {
      if (isDash(name) || !mayBeDirectory(name))
        throw usage('a sparse frame is a directory in a file system: name one, or drop --sparse')
      return openOutputDirectory(name, rules, optionsOf(name, request))
    },
  }
}

/** @throws BlpkError USAGE where the result would be printed among the data */
export function refuseMixedOutput(context: Context, ...outputs: readonly (string | undefined)[]): void {
  const dashes = outputs.filter((output) => output !== undefined && isDash(output)).length
  if (dashes > 1) throw usage('only one output can be standard output')
  if (dashes === 1 && context.options.json === true) {
    throw usage('--json and the data cannot both go to standard output: name an output file')
  }
}

// Opens what verbs write to by its name: a new file, a device or pipe, an object, or a directory.

import { fstatSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteSink } from '../bytes/byte-sink.js'
import { BlpkError, usage } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { LockOptions } from '../disk/changing-file.js'
import { lookClosely } from '../disk/look.js'
import type { Access } from '../disk/modes.js'
import { replacing, replacingDirectory } from '../disk/replace.js'
import type { DirectoryRules } from '../format/output.js'
import { findMutable } from '../format/registry.js'
import type { Place } from '../places/place.js'
import { openRemoteSink, openRemoteSource, placeOf } from '../places/registry.js'
import type { DirectorySink } from '../sinks/directory.js'
import { openPlaceSink, outputPlace } from '../sinks/path.js'
import type { Content } from '../sinks/replaceable.js'
import { openDescriptorSink } from '../sinks/stdout.js'
import { identityOf } from '../sources/path.js'
import type { SinkSettings } from '../store/settings.js'
import type { Descriptor, Input, Like } from './inputs.js'

export type { Output } from '../format/output.js'
export type { ByteSink, Content }

/** How an output is opened. A container never replaces data of another kind, nor data a container. */
export interface OutputOptions extends SinkSettings, LockOptions {
  content: Content
  /** None of them may be the output, and nobody may do more with it than with each of them. */
  inputs: readonly Input[]
  /** Mode and times for it. */
  like?: Like | undefined
  /** Called before a file, an object or a directory is opened, which others find by its name. */
  onName?: () => void
  /** Called with the descriptor of a device or pipe before anything is written there. */
  onDevice?: (fd: number) => void
  /** Called before an object is written. */
  onObject?: () => void
  /** Called before a file or an object is changed where it stands. */
  onChange?: () => void
  /** Called with what must be discarded if the process ends before it is committed. */
  onTemporary?: (sink: { discard(): MaybePromise<void> }) => void
}

/** @throws BlpkError SAME_FILE */
export function checkNotInput(
  path: string,
  identity: string | undefined,
  { inputs }: Pick<OutputOptions, 'inputs'>,
): void {
  if (identity === undefined || !inputs.some((input) => input.identity === identity)) return
  throw new BlpkError('SAME_FILE', `input and output are the same file: '${path}'`, { path })
}

/** What tells whether an output is an input. */
export function identityOfOutput(name: string): string | undefined {
  const place = placeOf(name)
  return place === undefined ? identityOf(lookClosely(name)) : place.identity(name)
}

function accessesOf({ inputs }: OutputOptions): Access[] {
  return inputs.flatMap(({ access }) => access ?? [])
}

function openDescriptor({ fd, name }: Descriptor, o: OutputOptions): ByteSink {
  o.onDevice?.(fd)
  checkNotInput(name, identityOf(attempt('write', name, () => fstatSync(fd, { bigint: true }))), o)
  return openDescriptorSink(fd, name)
}

async function openObject(name: string, place: Place, o: OutputOptions): Promise<ByteSink | undefined> {
  checkNotInput(name, place.identity(name), o)
  o.onObject?.()
  if (o.overwrite === true) {
    const { checkReplaceablePlace } = await import('../sinks/replaceable.js')
    await checkReplaceablePlace(() => openRemoteSource(name, o), o.content)
  }
  o.onName?.()
  return openRemoteSink(name, o)
}

/** @throws BlpkError EXISTS if the file that would be replaced is of another kind */
async function checkReplaced(path: string, { overwrite, content }: OutputOptions): Promise<void> {
  if (overwrite !== true) return
  // Loaded when it is needed.
  const { checkReplaceableFile } = await import('../sinks/replaceable.js')
  await checkReplaceableFile(path, content)
}

async function openPath(path: string, o: OutputOptions): Promise<ByteSink> {
  const place = outputPlace(path)
  if (place.kind === 'descriptor') return openDescriptor({ fd: place.fd, name: path }, o)
  checkNotInput(path, identityOf(lookClosely(path)), o)
  if (place.kind === 'file') {
    await checkReplaced(path, o)
    o.onName?.()
  }
  const sink = await openPlaceSink(path, place, {
    signal: o.signal,
    overwrite: o.overwrite === true,
    like: o.like,
    within: accessesOf(o),
    ...(o.disk !== undefined && { disk: o.disk }),
    ...(o.content === 'archive' && { beforeReplace: replacing(findMutable, o) }),
    ...(o.onDevice !== undefined && { onDevice: o.onDevice }),
  })
  if (place.kind === 'file') o.onTemporary?.(sink)
  return sink
}

/**
 * Opens an output.
 * @throws BlpkError EXISTS, SAME_FILE, NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openOutput(to: string | Descriptor, o: OutputOptions): Promise<ByteSink> {
  if (typeof to !== 'string') return openDescriptor(to, o)
  const place = placeOf(to)
  return (place && (await openObject(to, place, o))) ?? openPath(to, o)
}

/** May a directory have this name? */
export function mayBeDirectory(name: string): boolean {
  if (placeOf(name) !== undefined) return false
  const { kind } = outputPlace(name)
  return kind === 'directory' || kind === 'file'
}

/**
 * Opens a directory that appears when it is whole.
 * @throws BlpkError EXISTS, SAME_FILE, NOT_FOUND, IO; USAGE if there can be none
 */
export async function openOutputDirectory(
  name: string,
  rules: DirectoryRules,
  o: OutputOptions,
): Promise<DirectorySink> {
  if (!mayBeDirectory(name)) throw usage('a sparse frame is a directory, so it needs a file system')
  o.onName?.()
  const there = lookClosely(name)
  checkNotInput(name, identityOf(there), o)
  if (there?.isDirectory() === true && rules.example !== undefined)
    checkNotInput(name, identityOf(lookClosely(join(name, rules.example))), o)
  // Loaded when it is needed.
  const { DirectorySink } = await import('../sinks/directory.js')
  const sink = new DirectorySink(name, {
    ...rules,
    overwrite: o.overwrite === true,
    like: o.like,
    within: accessesOf(o),
    beforeReplace: replacingDirectory(o),
  })
  o.onTemporary?.(sink)
  return sink
}

// Appends data to any kind of container, in any place that can be changed.

import { statSync } from 'node:fs'
import { BlpkError } from '../core/errors.js'
import { attempt } from '../core/io-errors.js'
import { type PlaceName, placeName } from '../core/place-name.js'
import { checkAppendId } from '../format/append-ids.js'
import { withAppendSource } from '../format/append-source.js'
import type { AppendRequest, AppendResult } from '../format/change.js'
import { findMutable } from '../format/registry.js'
import { changePlace } from '../places/change.js'
import { placeOf } from '../places/registry.js'
import { openPlain } from '../sources/npy.js'
import { identityOf } from '../sources/path.js'
import type { PlainSource } from '../sources/plain.js'
import { type ChangeTarget, type ChangeVerbOptions, changeTarget, checkRefusals } from './change-target.js'
import type { Input } from './inputs.js'

export type { AppendResult }

/** How data are appended, and how the change waits for other writers. */
export interface AppendOptions extends AppendRequest, ChangeVerbOptions {}

/**
 * Appends one or more sources to a container, all of them or nothing: rows along axis 0 to an array, bytes to
 * everything else.
 *
 * A file is changed in place, under its lock. The bytes to be overwritten are kept in a journal beside it
 * until everything is flushed, so a crash of the process or the machine leaves the file unchanged. An object
 * in a store is replaced by a new version, if it is still the version that was read. If other writers were
 * faster, the append starts over, for up to `lockTimeout` seconds. Sources of unknown size are first copied
 * to temporary files; for an object, so are sources that can be read only once.
 * @param place a path, or `s3://bucket/key`
 * @throws BlpkError NO_ROOM if chunks or metadata do not fit and `grow` is not set; USAGE if the data do not
 * fit the container; LOCKED if others write for longer than the timeout or the store ignores conditions;
 * DAMAGED, CHECKSUM, UNSUPPORTED, NOT_FOUND, DENIED, IO, NO_SPACE, NETWORK, INTERRUPTED. The container is
 * then unchanged. UNKNOWN if it cannot be determined whether the append was made
 */
export async function append(
  place: PlaceName,
  source: PlainSource | readonly PlainSource[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  if (options.appendId !== undefined) checkAppendId(options.appendId)
  return appendToTarget(await changeTarget(placeName(place), options), source, options)
}

async function appendToTarget(
  { name, inner, change }: ChangeTarget,
  source: PlainSource | readonly PlainSource[],
  options: AppendOptions,
): Promise<AppendResult> {
  checkRefusals(change.appendRefuses, options)
  return withAppendSource(name, source, (all) =>
    changePlace(name, findMutable, options, (at) => change.append({ source: at, inner }, all(), options)),
  )
}

function identityOfPlace(name: string): string | undefined {
  const place = placeOf(name)
  if (place !== undefined) return place.identity(name)
  const stat = attempt('open', name, () => statSync(name, { bigint: true }))
  if (stat.isFile() || stat.isDirectory()) return identityOf(stat)
  throw new BlpkError('IO', `cannot change '${name}': it is not a regular file`, { path: name })
}

/** @throws BlpkError SAME_FILE */
function checkNotItself(name: string, inputs: readonly Input[]): void {
  const identity = identityOfPlace(name)
  if (identity !== undefined && inputs.some((input) => input.identity === identity))
    throw new BlpkError('SAME_FILE', `input and output are the same file: '${name}'`, { path: name })
}

/** Callbacks for a caller that opens the inputs itself. */
export interface AppendInputsOptions extends AppendOptions {
  /** Called with each source before it is read. */
  onSource?: (plain: PlainSource, name: string) => Promise<void>
  /** Called when all sources are known, before anything is read. */
  onReady?: () => void
}

/**
 * Appends inputs that are already open, none of which may be the place itself. They stay open.
 * @throws BlpkError as {@link append}; SAME_FILE
 */
export async function appendInputs(
  target: ChangeTarget,
  inputs: readonly Input[],
  options: AppendInputsOptions,
): Promise<AppendResult> {
  if (options.appendId !== undefined) checkAppendId(options.appendId)
  checkNotItself(target.name, inputs)
  const plains: PlainSource[] = []
  for (const { source } of inputs) {
    const plain = await openPlain(source, { raw: options.raw === true })
    await options.onSource?.(plain, source.name)
    plains.push(plain)
  }
  options.onReady?.()
  return appendToTarget(target, plains, options)
}

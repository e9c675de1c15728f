// What the name of an archive tells: the kind of container, and the default name of the output.

import { basename } from 'node:path'
import { unsupported, usage } from '../core/errors.js'
import { knownByName, storeText } from '../core/known-files.js'
import { printable } from '../core/printable.js'
import { DEFAULT_FORMAT, type Format, formatById, formatByName, formats } from '../format/registry.js'
import { placeOf } from '../places/registry.js'
import { isDash, shown } from './dash.js'
import type { CliOptions } from './flags/options.js'

/** Behind the name in an address there may be a query. */
function withoutQuery(name: string): string {
  return placeOf(name)?.isUrl === true ? name.replace(/[?#].*$/s, '') : name
}

/** The kind of file that a name stands for; undefined where it tells none. */
export function formatOfName(name: string): Format | undefined {
  return formatByName(withoutQuery(name).replace(/[/\\]+$/, ''))
}

/** The kind that `--format` names. @throws BlpkError USAGE for one that there is not */
export function formatAsked({ format: id }: CliOptions): Format | undefined {
  if (id === undefined) return undefined
  const found = formatById(id.toLowerCase())
  if (found !== undefined) return found
  const names = formats().map((format) => format.id)
  throw usage(`unknown format '${id}' (there are ${names.join(', ')})`)
}

/** The kind to write: as `--format` says, or by the name of the output, or the first that there is. */
export function formatToWrite(output: string, o: CliOptions): Format {
  return formatAsked(o) ?? formatOfName(output) ?? DEFAULT_FORMAT
}

/** Extensions of all formats: `.blp, .b2frame, .b2nd`. */
export function extensionsList(): string {
  return formats()
    .map(({ extension }) => extension)
    .join(', ')
}

/** The same for a sentence: `.blp, .b2frame or .b2nd`. */
export function extensionsText(last = 'or'): string {
  const all = formats().map(({ extension }) => extension)
  return `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`
}

/** @throws BlpkError UNSUPPORTED for the name of a store of python-blosc2 */
function refuseStoreName(archive: string): void {
  const known = knownByName(archive)
  if (known?.store !== undefined) throw unsupported(`'${shown(archive)}': ${storeText(known)}`)
}

/** @throws BlpkError USAGE where an archive does not have the name of one, unless -e takes any name */
export function checkExtension(archive: string, o: CliOptions): void {
  if (o.checkExtension === false || isDash(archive) || formatOfName(archive) !== undefined) return
  refuseStoreName(archive)
  throw usage(
    `the name of '${shown(archive)}' does not end with ${extensionsText()} (use -e to take it all the same)`,
  )
}

/** Does a name from elsewhere stand for one file in the current folder, and nothing else, on every system? */
function isPlainName(name: string): boolean {
  const reserved =
    process.platform === 'win32' ? /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i : /^-$/
  const isPath = name === '' || name === '.' || name === '..' || /[/\\]/.test(name)
  return !isPath && !reserved.test(name) && printable(name) === name
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/**
 * The name that outputs are called after: of an object or address the last part, in the current folder, for nobody
 * asked to write to a bucket, and web servers are only read from.
 * @throws BlpkError USAGE where an address does not end with a name
 */
export function localNameOf(input: string): string {
  const place = placeOf(input)
  if (place === undefined) return input
  const last = withoutQuery(input)
    .replace(/^[^:]*:\/\/[^/]*/s, '')
    .replace(/^.*\//s, '')
  const name = place.isUrl === true ? decoded(last) : last
  if (isPlainName(name)) return name
  throw usage(`'${shown(input)}' does not end with a name for a file: name an output file`)
}

/**
 * Where an archive is unpacked to by default: its name without the extension.
 * @throws BlpkError USAGE where its name does not tell
 */
export function plainNameOf(archive: string): string {
  if (isDash(archive)) return archive
  const name = localNameOf(archive)
  const format = formatOfName(name)
  const base = format === undefined ? '' : name.slice(0, name.lastIndexOf(format.extension))
  if (format === undefined || basename(base) === '' || base.endsWith('/'))
    throw usage(`the name of '${shown(archive)}' does not tell the output: name an output file`)
  return base
}

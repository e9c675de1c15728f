// What the name of an archive tells: the kind of container, and the default name of the output.

import { basename } from 'node:path'
import { unsupported, usage } from '../core/errors.js'
import { knownByName, storeText } from '../core/known-files.js'
import { unknownName } from '../core/nearest.js'
import { printable } from '../core/printable.js'
import {
  defaultFormat,
  extensionsOf,
  type Format,
  formatById,
  formatByName,
  writtenFormats,
} from '../format/registry.js'
import { placeOf } from '../places/registry.js'
import { splitName, splitOutput } from '../verbs/inner-name.js'
import { isDash, shown } from './dash.js'
import { extensionsText, readExtensionsText } from './extensions.js'
import type { CliOptions } from './flags/options.js'

/** Behind the name in an address there may be a query. */
function withoutQuery(name: string): string {
  return placeOf(name)?.isUrl === true ? name.replace(/[?#].*$/s, '') : name
}

/** The kind of file that a name stands for; undefined where it tells none. */
export function formatOfName(name: string): Format | undefined {
  return formatByName(withoutQuery(name).replace(/[/\\]+$/, ''))
}

/** The kind that `--format` names. @throws BlpkError USAGE for one that there is not, or that is only read */
function formatAsked({ format: id }: CliOptions): Format | undefined {
  if (id === undefined) return undefined
  const found = formatById(id.toLowerCase())
  const written = writtenFormats()
  if (found !== undefined && written.includes(found)) return found
  const names = written.map((format) => format.id)
  if (found === undefined) throw unknownName('format', id, names)
  throw usage(`${found.what} is only read, and never written: --format takes ${names.join(', ')}`)
}

/** The kind of file that an output is by its name. @throws BlpkError USAGE for one that is only read */
function formatOfOutput(output: string): Format | undefined {
  const found = formatOfName(splitOutput(output).name)
  if (found === undefined || writtenFormats().includes(found)) return found
  throw usage(
    `'${shown(output)}' is named like ${found.what}, which can only be read: name it ${extensionsText()}`,
  )
}

/** The kind to write, as `--format` says, or by the name of the output. @throws BlpkError USAGE */
export function formatNamed(output: string, o: CliOptions): Format | undefined {
  return formatAsked(o) ?? formatOfOutput(output)
}

/** The same, or the first that there is. */
export function formatToWrite(output: string, o: CliOptions): Format {
  return formatNamed(output, o) ?? defaultFormat()
}

/** @throws BlpkError UNSUPPORTED for the name of a store of python-blosc2 */
function refuseStoreName(archive: string): void {
  const known = knownByName(archive)
  if (known?.store !== undefined) throw unsupported(`'${shown(archive)}': ${storeText(known)}`)
}

/** @throws BlpkError USAGE where an archive does not have the name of one, unless -e takes any name */
export function checkExtension(archive: string, o: CliOptions): void {
  if (o.checkExtension === false || isDash(archive)) return
  if (formatOfName(splitName(archive).name) !== undefined) return
  refuseStoreName(archive)
  throw usage(
    `the name of '${shown(archive)}' does not end with ${readExtensionsText()} (use -e to accept any name)`,
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

/** What lies inside is called by the last part of its name. @throws BlpkError USAGE where that is no name for a file */
function innerNameOf(archive: string, inner: string): string {
  const name = inner.replace(/\/+$/, '').replace(/^.*\//s, '')
  if (isPlainName(name)) return name
  throw usage(`the name of '${shown(archive)}' does not say what to call the output: name an output file`)
}

function withoutExtension(name: string, format: Format): string {
  const bare = name.replace(/[/\\]+$/, '')
  const extension = extensionsOf(format).find((one) => bare.endsWith(one)) ?? ''
  return bare.slice(0, bare.length - extension.length)
}

/**
 * Where an archive is unpacked to by default: its name without the extension; of what lies inside, the name that it has there.
 * @throws BlpkError USAGE where its name does not tell
 */
export function plainNameOf(archive: string): string {
  if (isDash(archive)) return archive
  const { name: outer, inner } = splitName(archive)
  if (inner !== undefined) return innerNameOf(archive, inner)
  const name = localNameOf(outer)
  const format = formatOfName(name)
  const base = format === undefined ? '' : withoutExtension(name, format)
  if (format === undefined || basename(base) === '' || base.endsWith('/'))
    throw usage(`the name of '${shown(archive)}' does not say what to call the output: name an output file`)
  return base
}

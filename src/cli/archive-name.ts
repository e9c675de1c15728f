import { basename } from 'node:path'
import { unsupported, usage } from '../core/errors.js'
import { knownByName, storeText } from '../core/known-files.js'
import { printable } from '../core/printable.js'
import { placeOf } from '../places/registry.js'
import { isDash, shown } from './dash.js'
import type { CliOptions } from './flags/options.js'

/** Containers by what `--format` calls them, and what their names end with. */
export const EXTENSIONS = { blp: '.blp', b2frame: '.b2frame', b2nd: '.b2nd' } as const

export type ContainerName = keyof typeof EXTENSIONS

/** Behind the name in an address there may be a query. */
function withoutQuery(name: string): string {
  return placeOf(name)?.isUrl === true ? name.replace(/[?#].*$/s, '') : name
}

/** The container that a name stands for; undefined where it tells none. */
export function containerByName(name: string): ContainerName | undefined {
  const path = withoutQuery(name).replace(/[/\\]+$/, '')
  return (Object.keys(EXTENSIONS) as ContainerName[]).find((key) => path.endsWith(EXTENSIONS[key]))
}

/** The container to write: as `--format` says, or by the name of the output. */
export function containerToWrite(output: string, o: CliOptions): ContainerName {
  return o.format ?? containerByName(output) ?? 'blp'
}

/** @throws BlpkError UNSUPPORTED for the name of a store of python-blosc2 */
function refuseStoreName(archive: string): void {
  const known = knownByName(archive)
  if (known?.store !== undefined) throw unsupported(`'${shown(archive)}': ${storeText(known)}`)
}

/** @throws BlpkError USAGE where an archive does not have the name of one, unless -e takes any name */
export function checkExtension(archive: string, o: CliOptions): void {
  if (o.checkExtension === false || isDash(archive) || containerByName(archive) !== undefined) return
  refuseStoreName(archive)
  throw usage(
    `the name of '${shown(archive)}' does not end with .blp, .b2frame or .b2nd (use -e to take it all the same)`,
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
  const container = containerByName(name)
  const base = container === undefined ? '' : name.slice(0, name.lastIndexOf(EXTENSIONS[container]))
  if (container === undefined || basename(base) === '' || base.endsWith('/'))
    throw usage(`the name of '${shown(archive)}' does not tell the output: name an output file`)
  return base
}

import { basename } from 'node:path'
import { usage } from '../errors.js'
import { schemeOf } from '../places.js'
import { isDash, shown } from './dash.js'
import type { CliOptions } from './options.js'

/** Containers by what `--format` calls them, and what their names end with. */
export const EXTENSIONS = { blp: '.blp', b2frame: '.b2frame', b2nd: '.b2nd' } as const

export type ContainerName = keyof typeof EXTENSIONS

/** Behind the name in an address there may be a query. */
function withoutQuery(name: string): string {
  return schemeOf(name)?.startsWith('http') === true ? name.replace(/[?#].*$/s, '') : name
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

/** @throws BlpkError USAGE where an archive does not have the name of one, unless -e takes any name */
export function checkExtension(archive: string, o: CliOptions): void {
  if (o.checkExtension === false || isDash(archive) || containerByName(archive) !== undefined) return
  throw usage(
    `the name of '${shown(archive)}' does not end with .blp, .b2frame or .b2nd (use -e to take it all the same)`,
  )
}

/**
 * Where an archive is unpacked to by default: its name without the extension.
 * @throws BlpkError USAGE where its name does not tell
 */
export function plainNameOf(archive: string): string {
  if (isDash(archive)) return archive
  const container = containerByName(archive)
  const base = container === undefined ? '' : archive.slice(0, archive.lastIndexOf(EXTENSIONS[container]))
  if (container === undefined || basename(base) === '' || base.endsWith('/'))
    throw usage(`the name of '${shown(archive)}' does not tell the output: name an output file`)
  return base
}

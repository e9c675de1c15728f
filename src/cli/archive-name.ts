import { basename } from 'node:path'
import { usage } from '../errors.js'
import { schemeOf } from '../places.js'
import { isDash, shown } from './dash.js'
import type { CliOptions } from './options.js'

/** What the names of archives end with. */
export const EXTENSION = '.blp'

/** Behind the name in an address there may be a query. */
function withoutQuery(name: string): string {
  return schemeOf(name)?.startsWith('http') === true ? name.replace(/[?#].*$/s, '') : name
}

/** @throws BlpkError USAGE where an archive does not have the name of one, unless -e takes any name */
export function checkExtension(archive: string, o: CliOptions): void {
  if (o.checkExtension === false || isDash(archive) || withoutQuery(archive).endsWith(EXTENSION)) return
  throw usage(
    `the name of '${shown(archive)}' does not end with ${EXTENSION} (use -e to take it all the same)`,
  )
}

/** Where an archive is unpacked to by default. @throws BlpkError USAGE where its name does not tell */
export function plainNameOf(archive: string): string {
  if (isDash(archive)) return archive
  if (archive.endsWith(EXTENSION) && basename(archive) !== EXTENSION)
    return archive.slice(0, -EXTENSION.length)
  throw usage(`the name of '${shown(archive)}' does not tell the output: name an output file`)
}

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Puts what npm would publish into a folder, as it lies there for somebody who installed it. @returns where it is */
export function installInto(directory: string): string {
  const installed = join(directory, 'node_modules', 'blpk')
  mkdirSync(installed, { recursive: true })
  const shell = process.platform === 'win32'
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const listing = execFileSync('npm', args, { encoding: 'utf8', shell })
  const [{ files }] = JSON.parse(listing) as [{ files: { path: string }[] }]
  for (const { path } of files) cpSync(path, join(installed, path))
  // Dependencies are found from there upwards.
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'), 'junction')
  return installed
}

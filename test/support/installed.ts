import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

interface Packed {
  files: { path: string }[]
  /** Of the archive that npm would publish, in bytes. */
  size: number
}

let listed: Packed | undefined

/** What npm would publish. It takes npm seconds to say so. */
export function packed(): Packed {
  const shell = process.platform === 'win32'
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  listed ??= (JSON.parse(execFileSync('npm', args, { encoding: 'utf8', shell })) as [Packed])[0]
  return listed
}

/** Puts what npm would publish into a folder, as it lies there for somebody who installed it. @returns where it is */
export function installInto(directory: string): string {
  const installed = join(directory, 'node_modules', 'blpk')
  mkdirSync(installed, { recursive: true })
  for (const { path } of packed().files) cpSync(path, join(installed, path))
  // Dependencies are found from there upwards.
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'), 'junction')
  return installed
}

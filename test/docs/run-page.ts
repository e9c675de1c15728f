import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { draft, send } from '../support/web-server.js'
import type { Step } from './steps.js'

const ROOT = join(import.meta.dirname, '..', '..')
/** What the pages call a web server; a local one stands in for it. */
const WEB = 'https://example.org'
const MARK = '\x1e'

export interface Ran {
  output: string
  /** Not there if the shell ended before. */
  code?: number
}

/** A folder in which `blpk` is on the path and `import 'blpk'` finds the package, both of this checkout. */
export function makePlace(parent: string): { folder: string; path: string } {
  const [folder, bin, modules] = ['page', 'bin', 'node_modules'].map((name) => join(parent, name)) as [
    string,
    string,
    string,
  ]
  for (const each of [folder, bin, modules]) mkdirSync(each, { recursive: true })
  symlinkSync(ROOT, join(modules, 'blpk'), 'junction')
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true })
  writeFileSync(
    join(bin, 'blpk'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin', 'blpk.js')}" "$@"\n`,
  )
  chmodSync(join(bin, 'blpk'), 0o755)
  const venv = join(ROOT, '.venv', 'bin')
  return { folder, path: [bin, join(process.execPath, '..'), venv, process.env.PATH].join(delimiter) }
}

/** Answers requests, ranges too, with the files of a folder. */
async function serve(folder: string): Promise<{ address: string; stop: () => void }> {
  const server = createServer((req, res) => {
    const bytes = readFileSync(join(folder, decodeURI(req.url ?? '')))
    send(res, draft(req, bytes, { etag: `"${bytes.length}"` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { address, stop: () => server.close() }
}

/** One shell runs all steps, as a reader would; each ends with a mark and its exit code, which `$?` keeps. */
function scriptOf(steps: readonly Step[]): string {
  const lines = steps.map(
    ({ command }) => `${command}\n__code=$?; printf '\\n${MARK}%s\\n' $__code; (exit $__code)`,
  )
  return `${lines.join('\n')}\n`
}

/**
 * Runs the steps of a page in its folder.
 * @returns what each of them printed, on both streams, and how it ended
 */
export async function runPage(
  place: { folder: string; path: string },
  steps: readonly Step[],
  env: Record<string, string>,
): Promise<Ran[]> {
  const { folder, path } = place
  const { address, stop } = await serve(folder)
  const local = (text: string): string => text.replaceAll(WEB, address)
  for (const { file } of steps)
    if (file !== undefined) writeFileSync(join(folder, file.name), local(file.text))
  const log = join(folder, '..', 'log')
  const descriptor = openSync(log, 'w')
  const { NODE_OPTIONS, FORCE_COLOR, COLUMNS, ...inherited } = process.env
  const child = spawn('bash', ['-c', local(scriptOf(steps))], {
    cwd: folder,
    env: { ...inherited, NO_COLOR: '1', LC_ALL: 'C.UTF-8', ...env, PATH: path },
    stdio: ['ignore', descriptor, descriptor],
  })
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  closeSync(descriptor)
  stop()
  const ended = readFileSync(log, 'utf8').replaceAll(address, WEB).replaceAll(folder, '.')
  const outputs = ended.split(new RegExp(`\\n${MARK}(\\d+)\\n`))
  return steps.map((_, i) => {
    const [output = '', code] = outputs.slice(2 * i)
    return code === undefined ? { output } : { output, code: Number(code) }
  })
}

// Recognises paths that name open descriptors, such as `/dev/fd/3`.

import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { followLinks } from './links.js'

const STANDARD: Record<string, number> = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 }

/** A name that refers to a descriptor: of this process, or of another. */
export type DescriptorName = { fd: number } | 'foreign'

function byName(path: string): DescriptorName | undefined {
  const standard = STANDARD[path]
  if (standard !== undefined) return { fd: standard }
  const [, process_, number] =
    /^\/(?:dev|proc\/(self|thread-self|\d+)(?:\/task\/\d+)?)\/fd\/(\d+)$/.exec(path) ?? []
  if (number === undefined) return undefined
  const isOwn = process_ === undefined || !/\d/.test(process_) || Number(process_) === process.pid
  return isOwn ? { fd: Number(number) } : 'foreign'
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

/**
 * Whether a name, or a link to it, refers to an open descriptor, as `/dev/stdout`, `/dev/fd/3` and
 * `/proc/self/fd/3` do. The file behind it may have other names, but such a name means the stream.
 * @throws errors of `node:fs`
 */
export function descriptorNamed(path: string): DescriptorName | undefined {
  if (process.platform === 'win32') return undefined
  let found: DescriptorName | undefined
  followLinks(path, (at) => {
    found = byName(resolve(at))
    if (found === undefined && isLink(at)) found = byName(`${realpathSync(dirname(at))}/${basename(at)}`)
    return found !== undefined
  })
  return found
}

/**
 * Which pipe a descriptor belongs to, and whether it writes; undefined if it is not a pipe or the system
 * cannot tell.
 */
function pipeOf(fd: string): { pipe: string; writes: boolean } | undefined {
  try {
    const pipe = readlinkSync(`/proc/self/fd/${fd}`)
    if (!pipe.startsWith('pipe:')) return undefined
    const [, flags = '0'] = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
    return { pipe, writes: (Number.parseInt(flags, 8) & 1) === 1 }
  } catch {
    return undefined
  }
}

/**
 * Whether a descriptor is a pipe of Node itself, with both ends in this process. Waiting for it would never
 * end.
 */
export function isInnerPipe(fd: number): boolean {
  const own = fd > 2 ? pipeOf(String(fd)) : undefined
  if (own === undefined) return false
  return readdirSync('/proc/self/fd').some((other) => {
    const end = pipeOf(other)
    return end?.pipe === own.pipe && end.writes !== own.writes
  })
}

// Names of temporary files, which tell which process and machine created them.

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { cutToBytes } from './names.js'

/**
 * How much of a name is kept in that of its temporary file, in bytes; every file system has room for the
 * rest.
 */
const MOST_OF_NAME = 80
const TEMPORARY = /^\..*\.blpk-([0-9a-z]+)-([0-9a-z]+)-[0-9a-z]+\.tmp$/s

/** The creator of a temporary file, from its name. */
export interface TemporaryOwner {
  /** As {@link thisMachine}. */
  machine: string
  pid: number
}

/** Linux's ids of the current boot and of the process id namespace. */
function startOfMachine(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1') + readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(36)
}

let machine: string | undefined

/**
 * A short id of the machine or container that process ids belong to. On Linux it changes with a restart,
 * because process ids start again.
 */
export function thisMachine(): string {
  machine ??= hashOf(`${hostname()} ${startOfMachine()}`)
  return machine
}

/** The common start of the names of all temporary files beside a path. */
export function temporaryStart(path: string): string {
  return `.${cutToBytes(basename(path), MOST_OF_NAME)}.`
}

/** A name for a temporary file beside another. It must still be created exclusively. */
export function temporaryBeside(path: string): string {
  // Loading node:crypto for better randomness would cost more than writing a small file.
  const random = Math.random().toString(36).slice(2, 10)
  const tag = `blpk-${thisMachine()}-${process.pid.toString(36)}-${random}`
  return join(dirname(path), `${temporaryStart(path)}${tag}.tmp`)
}

/** The creator of a temporary file; undefined if it is not the name of one. */
export function ownerOfTemporary(name: string): TemporaryOwner | undefined {
  const [, made, pid] = TEMPORARY.exec(name) ?? []
  return made === undefined || pid === undefined
    ? undefined
    : { machine: made, pid: Number.parseInt(pid, 36) }
}

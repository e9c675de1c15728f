// Names of temporary files, which say what process and machine made them.

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { cutToBytes } from './names.js'

/** As much of a name as stands in that of its temporary file, in bytes: every file system takes the rest as well. */
const MOST_OF_NAME = 80
const TEMPORARY = /^\..*\.blpk-([0-9a-z]+)-([0-9a-z]+)-[0-9a-z]+\.tmp$/s

/** Who made a temporary file, by its name. */
export interface TemporaryOwner {
  /** Of {@link thisMachine}. */
  machine: string
  pid: number
}

/** What Linux says of the present start of the machine, and of whose numbers processes have here. */
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
 * Short for the machine, or container, in whose numbers process ids are counted. On Linux a restart makes it another
 * one, since numbers begin anew.
 */
export function thisMachine(): string {
  machine ??= hashOf(`${hostname()} ${startOfMachine()}`)
  return machine
}

/** What the names of all temporary files beside a path start with. */
export function temporaryStart(path: string): string {
  return `.${cutToBytes(basename(path), MOST_OF_NAME)}.`
}

/** A name for a temporary file beside another; whoever creates it must still do so exclusively. */
export function temporaryBeside(path: string): string {
  // Loading node:crypto for better randomness would cost more than writing a small file.
  const random = Math.random().toString(36).slice(2, 10)
  const tag = `blpk-${thisMachine()}-${process.pid.toString(36)}-${random}`
  return join(dirname(path), `${temporaryStart(path)}${tag}.tmp`)
}

/** Who made the temporary file of a name; undefined where it is the name of none. */
export function ownerOfTemporary(name: string): TemporaryOwner | undefined {
  const [, made, pid] = TEMPORARY.exec(name) ?? []
  return made === undefined || pid === undefined
    ? undefined
    : { machine: made, pid: Number.parseInt(pid, 36) }
}

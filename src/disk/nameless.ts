import { openSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt } from '../core/io-errors.js'
import { PRIVATE } from './modes.js'
import { temporaryBeside } from './temporary.js'

/** A file that has no name any more, so that nothing is left of it whatever happens. @returns its descriptor */
export function openNameless(): number {
  const path = temporaryBeside(join(tmpdir(), 'blpk'))
  const fd = attempt('create', path, () => openSync(path, 'wx+', PRIVATE))
  attempt('remove', path, () => unlinkSync(path))
  return fd
}

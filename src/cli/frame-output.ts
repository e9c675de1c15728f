import { join } from 'node:path'
import { usage } from '../core/errors.js'
import { lookClosely } from '../disk/look.js'
import { type FrameOutput, SparseTarget } from '../format/blosc2/chunks/frame-target.js'
import { SPARSE_FRAME_NAME } from '../format/blosc2/frame/magic.js'
import { schemeOf } from '../places/registry.js'
import { outputPlace } from '../sinks/path.js'
import { identityOf } from '../sources/path.js'
import { isDash } from './dash.js'
import { lockOptions } from './flags/codec-flags.js'
import {
  accessesOf,
  checkNotInput,
  checkPromise,
  discardedAtExit,
  type OutputRequest,
  openOutput,
} from './outputs.js'

function mayBeDirectory(path: string): boolean {
  const { kind } = outputPlace(path)
  return kind === 'directory' || kind === 'file'
}

/**
 * Opens the output of a frame: a file, or with `--sparse` a directory, which appears when it is whole.
 * @throws BlpkError EXISTS, SAME_FILE, USAGE, NOT_FOUND, IO, DENIED, NETWORK
 */
export async function openFrameOutput(argument: string, request: OutputRequest): Promise<FrameOutput> {
  const { sparse, force = false } = request.context.options
  if (sparse !== true) return openOutput(argument, request)
  if (isDash(argument) || schemeOf(argument) !== undefined || !mayBeDirectory(argument))
    throw usage(
      'a sparse frame is a directory, which only file systems have: name one, or leave out --sparse',
    )
  checkPromise(argument, request)
  const there = lookClosely(argument)
  checkNotInput(argument, identityOf(there), request)
  if (there?.isDirectory() === true)
    checkNotInput(argument, identityOf(lookClosely(join(argument, SPARSE_FRAME_NAME))), request)
  const { like, context } = request
  const access = { like, within: accessesOf(request) }
  return discardedAtExit(new SparseTarget(argument, { overwrite: force, ...access, ...lockOptions(context) }))
}

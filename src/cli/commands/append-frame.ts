import { usage } from '../../core/errors.js'
import type { CompressionOptions, FilterOption } from '../../format/blosc2/chunks/cparams.js'
import {
  appendToFrame,
  type FrameAppendOptions,
  type FrameAppendResult,
} from '../../format/blosc2/objects/append.js'
import type { PlainSource } from '../../sources/plain.js'
import { type Context, changeSettings } from '../context.js'
import { lockOptions, runOptions } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import type { ProgressView } from '../view/progress.js'

const FILTERS: Record<string, FilterOption[]> = { none: [], byte: ['shuffle'], bit: ['bitshuffle'] }

function compressionOf(o: CliOptions): CompressionOptions | undefined {
  const shuffle = o.shuffle === false ? 'none' : o.shuffle
  const options: CompressionOptions = {
    ...(o.codec !== undefined && { codec: o.codec }),
    ...(o.clevel !== undefined && { level: o.clevel }),
    ...(shuffle !== undefined && { filters: FILTERS[shuffle] ?? [] }),
    ...(o.blockSize !== undefined && { blockSize: o.blockSize }),
  }
  return Object.keys(options).length > 0 ? options : undefined
}

function appendOptions(o: CliOptions): FrameAppendOptions {
  if (o.metadata !== undefined) throw usage('frames keep metadata in metalayers: use blpk meta set')
  if (o.typesize !== undefined) throw usage('the typesize of a frame stays as it is (leave -t out)')
  const compression = compressionOf(o)
  return {
    ...(compression !== undefined && { compression }),
    ...(o.raw !== undefined && { raw: o.raw }),
    ...(o.maxChunk !== undefined && { maxChunk: o.maxChunk }),
    ...(o.dtype !== undefined && { dtype: o.dtype }),
    ...(o.appendId !== undefined && { appendId: o.appendId }),
  }
}

/** Appends what was opened to a frame, all or nothing. */
export function appendInputsToFrame(
  archive: string,
  plains: readonly PlainSource[],
  view: ProgressView,
  context: Context,
): Promise<FrameAppendResult> {
  const { onProgress, threads } = runOptions(context, view)
  return appendToFrame(archive, plains, {
    ...appendOptions(context.options),
    ...changeSettings(context),
    ...lockOptions(context),
    ...(onProgress !== undefined && { onProgress }),
    ...(threads !== undefined && { threads }),
  })
}

import { numpyOrder } from '../../array/npy/index.js'
import { arrayOfFrame } from '../../format/blosc2/chunks/described.js'
import { verifyFrame } from '../../format/blosc2/damage/verify.js'
import { compareFrame } from '../../format/blosc2/objects/compare.js'
import type { NDArray } from '../../format/blosc2/objects/ndarray.js'
import type { Finding, VerifyReport } from '../../format/bloscpack/verify.js'
import { holdSource } from '../../sources/held.js'
import { openPlain } from '../../sources/npy.js'
import type { PlainSource } from '../../sources/plain.js'
import type { ContainerInput } from '../containers.js'
import type { Context } from '../context.js'
import { runOptions } from '../flags/codec-flags.js'
import { layoutOf, type OpenedFrame, openFrameInput } from '../frames.js'
import { openInput } from '../inputs.js'
import { arrayOfPlain, compareArrays } from '../original.js'
import type { ProgressView } from '../view/progress.js'

/** Was the array made of plain bytes, which have no `.npy` header? */
function isOpaque({ dtype, ndim }: NDArray): boolean {
  return ndim === 1 && (dtype === '|u1' || dtype.startsWith('|V'))
}

/** Items of an array are in C order, whatever order they came in. */
function compareWithArray(array: NDArray, plain: PlainSource, signal: AbortSignal): Promise<Finding[]> {
  const other = arrayOfPlain(plain)
  const { schunk } = array
  if (other === undefined && isOpaque(array)) return compareFrame({ schunk, array }, plain, signal)
  const layout = layoutOf(array)
  const finding = compareArrays(other === undefined ? layout : { ...layout, order: other.order }, plain)
  if (finding !== undefined) return Promise.resolve([finding])
  const order = other === undefined ? 'C' : numpyOrder(other)
  return compareFrame({ schunk, array, order }, plain, signal)
}

async function compare(
  { schunk, array }: OpenedFrame,
  against: string,
  context: Context,
): Promise<Finding[]> {
  const { signal, options } = context
  const original = await openInput(against, context)
  try {
    const raw = options.raw === true
    const layout = raw || array !== undefined ? undefined : arrayOfFrame(schunk)
    const isPlain = raw || (array === undefined && layout === undefined)
    const plain = await openPlain(original.source, { raw: isPlain })
    if (array !== undefined && !raw) return await compareWithArray(array, plain, signal)
    const finding = layout && compareArrays(layout, plain)
    return finding === undefined ? await compareFrame({ schunk, array }, plain, signal) : [finding]
  } finally {
    await original.source.close()
  }
}

async function verifySeekable(
  input: ContainerInput,
  context: Context,
  view: ProgressView,
): Promise<VerifyReport> {
  const { against, maxChunk } = context.options
  const report = await verifyFrame(input.source, {
    ...runOptions(context, view),
    directory: input.directory,
    ...(maxChunk !== undefined && { maxChunk }),
  })
  if (against === undefined || !report.ok) return report
  const frame = await openFrameInput(input, context.options)
  try {
    const found = await compare(frame, against, context)
    return { ...report, ok: found.length === 0, findings: [...report.findings, ...found] }
  } finally {
    await frame.close()
  }
}

/** Verifies a frame, and compares what it holds with the original; not where it is damaged, for that says more. */
export async function verifyFrameInput(
  input: ContainerInput,
  context: Context,
  view: ProgressView,
): Promise<VerifyReport> {
  if (input.source.seekable) return verifySeekable(input, context, view)
  // A frame is described at its end.
  const held = await holdSource(input.source)
  try {
    return await verifySeekable({ ...input, source: held }, context, view)
  } finally {
    await held.close()
  }
}

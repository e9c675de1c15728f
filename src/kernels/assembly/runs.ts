// Boxes and picked items between areas of different shape. A plan is a list of words: for each axis the number of
// its runs, the stride in the source in items and in the target in bytes, then for each run its first index in the
// source and in the target, and its length. A run of the last axis is what is copied in one go.

import { copyBytes } from './copy'
import { joinItems } from './filters'

/** Where the runs of an axis begin in a plan, and the words of a run, in bytes. */
const AXIS_BYTES: usize = 12
const RUN_BYTES: usize = 12

@inline
function copySome(src: usize, dst: usize, nbytes: usize): void {
  if (nbytes == 8) store<u64>(dst, load<u64>(src))
  else if (nbytes == 4) store<u32>(dst, load<u32>(src))
  else if (nbytes == 2) store<u16>(dst, load<u16>(src))
  else if (nbytes < 16 || nbytes > 512) copyBytes(dst, src, nbytes)
  else {
    const last = nbytes - 16
    for (let i: usize = 0; i < last; i += 16) v128.store(dst + i, v128.load(src + i))
    v128.store(dst + last, v128.load(src + last))
  }
}

function copyAxis(plan: usize, axes: u32, itemBytes: usize, src: usize, dst: usize): void {
  const sourceStride = <usize>load<u32>(plan, 4) * itemBytes
  const targetStride = <usize>load<u32>(plan, 8)
  const end = plan + AXIS_BYTES + <usize>load<u32>(plan) * RUN_BYTES
  for (let run = plan + AXIS_BYTES; run != end; run += RUN_BYTES) {
    let from = src + <usize>load<u32>(run) * sourceStride
    let to = dst + <usize>load<u32>(run, 4) * targetStride
    const length = <usize>load<u32>(run, 8)
    if (axes == 1) {
      copySome(from, to, length * targetStride)
      continue
    }
    for (let i: usize = 0; i < length; i++) {
      copyAxis(end, axes - 1, itemBytes, from, to)
      from += sourceStride
      to += targetStride
    }
  }
}

/** Copies the items that a plan of `axes` axes names; those of a run of the last axis lie together on both sides. */
export function copyRuns(plan: usize, axes: u32, itemBytes: usize, src: usize, dst: usize): void {
  copyAxis(plan, axes, itemBytes, src, dst)
}

/** One item of each of `n` rows, `from` and `to` being the first. */
function joinColumn(
  typesize: usize, plane: usize, from: usize, to: usize, n: usize, sourceStride: usize, targetStride: usize,
): void {
  if (typesize == 4) {
    for (let i: usize = 0; i < n; i++, from += sourceStride, to += targetStride) {
      const low = <u32>load<u8>(from) | (<u32>load<u8>(from + plane) << 8)
      const high = <u32>load<u8>(from + 2 * plane) | (<u32>load<u8>(from + 3 * plane) << 8)
      store<u32>(to, low | (high << 16))
    }
    return
  }
  for (let i: usize = 0; i < n; i++, from += sourceStride, to += targetStride)
    for (let j: usize = 0, p = from; j < typesize; j++, p += plane) store<u8>(to + j, load<u8>(p))
}

function joinAxis(plan: usize, axes: u32, typesize: usize, plane: usize, src: usize, dst: usize): void {
  const sourceStride = <usize>load<u32>(plan, 4)
  const targetStride = <usize>load<u32>(plan, 8)
  const end = plan + AXIS_BYTES + <usize>load<u32>(plan) * RUN_BYTES
  for (let run = plan + AXIS_BYTES; run != end; run += RUN_BYTES) {
    let from = src + <usize>load<u32>(run) * sourceStride
    let to = dst + <usize>load<u32>(run, 4) * targetStride
    const length = <usize>load<u32>(run, 8)
    if (axes == 1) {
      joinItems(typesize, from, plane, to, length)
      continue
    }
    if (axes == 2 && load<u32>(end) == 1 && load<u32>(end + AXIS_BYTES, 8) == 1) {
      from += <usize>load<u32>(end + AXIS_BYTES) * <usize>load<u32>(end, 4)
      to += <usize>load<u32>(end + AXIS_BYTES, 4) * <usize>load<u32>(end, 8)
      joinColumn(typesize, plane, from, to, length, sourceStride, targetStride)
      continue
    }
    for (let i: usize = 0; i < length; i++) {
      joinAxis(end, axes - 1, typesize, plane, from, to)
      from += sourceStride
      to += targetStride
    }
  }
}

/** As {@link copyRuns}, from a byte-shuffled block: `plane` bytes from one byte plane to the next. */
export function joinRuns(plan: usize, axes: u32, typesize: usize, plane: usize, src: usize, dst: usize): void {
  joinAxis(plan, axes, typesize, plane, src, dst)
}

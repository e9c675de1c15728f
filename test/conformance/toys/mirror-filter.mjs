// A filter of a user, as an example to start from: it turns each row of a block around, item by item.
//
//   blpk compress --plugin mirror-filter.mjs --filters mirror,shuffle image.npy image.b2nd

/** Items of a row of the block: along the last axis of an array; a block of anything else is one row. */
function rowItems({ blockshape, typesize }, nbytes) {
  return blockshape?.at(-1) ?? Math.floor(nbytes / typesize)
}

function turn(input, output, context) {
  const { typesize } = context
  const row = rowItems(context, input.length) * typesize
  // What is left over at the end of the last block stays as it is.
  output.set(input)
  if (row === 0) return
  for (let at = 0; at + row <= input.length; at += row) {
    for (let i = 0; i < row; i += typesize)
      output.set(input.subarray(at + i, at + i + typesize), at + row - i - typesize)
  }
}

export const mirror = {
  id: 212,
  name: 'mirror',
  traits: { usesShape: true },
  forward: turn,
  backward: turn,
}

/** Called by `--plugin`, and in each worker thread. */
export function register({ registerFilter }) {
  registerFilter(mirror)
}

// A codec of a user, as an example to start from: it stores how each row of a block differs from the row before.
//
//   blpk compress --plugin rows-codec.mjs -c rows --filters none image.npy image.b2nd

/** A WebAssembly module that does one thing, `xor`: a real codec would bring its library here. */
const WASM = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // the magic, and version 1
  ...[1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f], // a type: (i32, i32) => i32
  ...[3, 2, 1, 0], // a function of that type
  ...[7, 7, 1, 3, 0x78, 0x6f, 0x72, 0, 0], // its export, as "xor"
  ...[10, 9, 1, 7, 0, 0x20, 0, 0x20, 1, 0x73, 0x0b], // its body
)
/** A stream starts with the size of a row and of an item, in bytes. */
const HEAD_BYTES = 8
const MOST_ZEROS = 255

let xor

/** Bytes of a row of the block: along the last axis of an array, one item of anything else. */
function rowBytes({ blockshape, typesize }) {
  return typesize * (blockshape?.at(-1) ?? 1)
}

function headOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES)
}

export const rows = {
  name: 'rows',
  ids: { blosc2: 211 },
  // About as fast as this, in MB/s, which decides whether threads are worth their start.
  // It looks at the shape of blocks, so that its chunks stay where they have that.
  traits: { speed: { compress: 10, decompress: 20 }, usesShape: true },

  async load() {
    const { instance } = await WebAssembly.instantiate(WASM)
    xor = instance.exports.xor
  },

  /** A zero is followed by how many there are; all other differences stand for themselves. */
  encode(input, output, context) {
    const row = rowBytes(context)
    if (output.length < HEAD_BYTES) return 0
    headOf(output).setUint32(0, row, true)
    headOf(output).setUint32(4, context.schunk.typesize, true)
    const differenceAt = (i) => (i < row ? input[i] : xor(input[i], input[i - row]))
    let size = HEAD_BYTES
    for (let i = 0; i < input.length; ) {
      // 0 has the stream stored as it is: there is no room.
      if (size + 2 > output.length) return 0
      const difference = differenceAt(i++)
      output[size++] = difference
      if (difference !== 0) continue
      let zeros = 1
      while (i < input.length && zeros < MOST_ZEROS && differenceAt(i) === 0) {
        zeros++
        i++
      }
      output[size++] = zeros
    }
    return size
  },

  decode(input, output, context) {
    if (input.length < HEAD_BYTES) return -1
    const row = headOf(input).getUint32(0, true)
    // Streams may be damaged, or of somebody who means harm. Less than all of the output says so.
    if (row !== rowBytes(context) || headOf(input).getUint32(4, true) !== context.schunk.typesize) return -1
    let at = 0
    for (let i = HEAD_BYTES; i < input.length; ) {
      const difference = input[i++]
      const stop = at + (difference === 0 ? input[i++] : 1)
      for (; at < stop && at < output.length; at++)
        output[at] = at < row ? difference : xor(difference, output[at - row])
    }
    return at
  },
}

/** Called by `--plugin`, and in each worker thread. */
export function register({ registerCodec }) {
  registerCodec(rows)
}

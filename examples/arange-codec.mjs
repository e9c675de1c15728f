// A plugin for blpk: a codec for integers of 8 bytes that go up in equal steps, and a filter of differences.
//
//   blpk compress --plugin examples/arange-codec.mjs -c arange --filters none counts.npy counts.b2nd

const ITEM = 8

function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const arange = {
  name: 'arange',
  ids: { blosc2: 184 },
  // The first item and the step are all there is to keep.
  encode(input, output) {
    const items = view(input)
    const first = items.getBigInt64(0, true)
    const step = input.length > ITEM ? items.getBigInt64(ITEM, true) - first : 0n
    for (let at = ITEM; at < input.length; at += ITEM) {
      if (items.getBigInt64(at, true) - items.getBigInt64(at - ITEM, true) !== step) return 0
    }
    if (output.length < 2 * ITEM) return 0
    view(output).setBigInt64(0, first, true)
    view(output).setBigInt64(ITEM, step, true)
    return 2 * ITEM
  },
  decode(input, output) {
    const step = view(input).getBigInt64(ITEM, true)
    let item = view(input).getBigInt64(0, true)
    for (let at = 0; at < output.length; at += ITEM, item += step) view(output).setBigInt64(at, item, true)
    return output.length
  },
}

const differences = {
  id: 190,
  name: 'differences',
  // Byte by byte, each against the same byte of the item before.
  forward(input, output, { typesize }) {
    for (let i = 0; i < input.length; i++) output[i] = input[i] - (i < typesize ? 0 : input[i - typesize])
  },
  backward(input, output, { typesize }) {
    for (let i = 0; i < input.length; i++) output[i] = input[i] + (i < typesize ? 0 : output[i - typesize])
  },
}

export function register({ registerCodec, registerFilter }) {
  registerCodec(arange)
  registerFilter(differences)
}

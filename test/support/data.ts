import { between, type Random, seeded } from './random.js'

function fill(size: number, typesize: number, value: (item: number, byte: number) => number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = value(Math.floor(i / typesize), i % typesize)
  return bytes
}

/** Items that count up slowly, little-endian: most of their bytes hardly change. */
function counting(random: Random, size: number, typesize: number): Uint8Array {
  const step = between(random, 1, 300)
  return fill(size, typesize, (item, byte) => (byte < 6 ? Math.floor((item * step) / 2 ** (8 * byte)) : 0))
}

function noisy(random: Random, size: number, typesize: number): Uint8Array {
  return fill(size, typesize, (item, byte) => (byte === 0 ? random() * 256 : item >> (4 * byte)))
}

function noise(random: Random, size: number): Uint8Array {
  return fill(size, 1, () => random() * 256)
}

/** Runs of one byte value, short and long. */
function runs(random: Random, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; ) {
    const length = between(random, 1, 700)
    bytes.fill(random() * 256, at, at + length)
    at += length
  }
  return bytes
}

export const DATA_KINDS = ['counting', 'noisy', 'noise', 'runs', 'zeros'] as const
export type DataKind = (typeof DATA_KINDS)[number]

/** Bytes of a kind, always the same for the same seed. */
export function makeData(kind: DataKind, size: number, typesize: number, seed: number): Uint8Array {
  const random = seeded(seed)
  if (kind === 'counting') return counting(random, size, typesize)
  if (kind === 'noisy') return noisy(random, size, typesize)
  if (kind === 'noise') return noise(random, size)
  return kind === 'runs' ? runs(random, size) : new Uint8Array(size)
}

const WORDS =
  'GET POST /index.html /api/v1/stations 200 404 temperature= wind= Mozilla/5.0 - - [12/Mar'.split(' ')

/** Data such as people pack, with their item size: by name. */
export function realisticData(nbytes: number): Record<string, { typesize: number; bytes: Uint8Array }> {
  const random = seeded(20)
  const signal = new Float64Array(nbytes / 8)
  let level = 280
  for (let i = 0; i < signal.length; i++) {
    level += (random() - 0.5) / 8
    signal[i] = Math.round((level + 10 * Math.sin(i / 500)) * 100) / 100
  }
  const counts = new Int32Array(nbytes / 4)
  for (let i = 0; i < counts.length; i++) counts[i] = 100000 + i * 3 + between(random, -40, 40)
  const floats = Float32Array.from(
    { length: nbytes / 4 },
    (_, i) => Math.sin(i / 300) * (1 + random() / 1000),
  )
  let text = ''
  while (text.length < nbytes)
    text += `${between(random, 1, 99999)} ${WORDS[between(random, 0, WORDS.length - 1)]} `
  const view = (a: Float64Array | Int32Array | Float32Array): Uint8Array => new Uint8Array(a.buffer)
  return {
    signal: { typesize: 8, bytes: view(signal) },
    counts: { typesize: 4, bytes: view(counts) },
    floats: { typesize: 4, bytes: view(floats) },
    // Shuffled, its second bytes repeat after 65536 of them: as far as BloscLZ can look back.
    arange: { typesize: 4, bytes: view(Int32Array.from({ length: nbytes / 4 }, (_, i) => i)) },
    text: { typesize: 1, bytes: new TextEncoder().encode(text).subarray(0, nbytes) },
  }
}

// Data sets of any size from fixed seeds, written piece by piece.
import { closeSync, existsSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const PIECE_ITEMS = 1 << 18

/** Uniform in [0, 1), the same on every machine. */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function normal(uniform) {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

function poisson(mean, uniform) {
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(uniform)))
}

const IMAGE_SIDE = 512

/** Each maker gives a function that fills an array; the array's type gives the item size. */
const SETS = {
  linspace: {
    type: Float64Array,
    make: (total) => (out, first) => {
      for (let i = 0; i < out.length; i++) out[i] = (first + i) / (total - 1)
    },
  },
  arange: {
    type: Int32Array,
    make: () => (out, first) => {
      for (let i = 0; i < out.length; i++) out[i] = first + i
    },
  },
  sensor: {
    type: Float32Array,
    make() {
      const uniform = random(1)
      let value = 20
      return (out) => {
        for (let i = 0; i < out.length; i++) {
          value += (uniform() - 0.5) * 0.02
          out[i] = Math.round(value * 1000) / 1000
        }
      }
    },
  },
  walk: {
    type: Float64Array,
    make() {
      const uniform = random(2)
      let value = 0
      return (out) => {
        for (let i = 0; i < out.length; i++) {
          value += uniform() - 0.5
          out[i] = value
        }
      }
    },
  },
  images: {
    type: Uint16Array,
    make() {
      const uniform = random(3)
      return (out, first) => {
        for (let i = 0; i < out.length; i++) {
          const at = (first + i) % IMAGE_SIDE ** 2
          const x = (at % IMAGE_SIDE) / IMAGE_SIDE - 0.5
          const y = Math.floor(at / IMAGE_SIDE) / IMAGE_SIDE - 0.5
          out[i] = poisson(100 + 3000 * Math.exp(-8 * (x * x + y * y)), uniform)
        }
      }
    },
  },
  sparse: {
    type: Float32Array,
    make() {
      const uniform = random(4)
      let left = 0
      let zero = true
      return (out) => {
        for (let i = 0; i < out.length; i++) {
          if (left-- <= 0) {
            zero = !zero
            left = Math.floor((zero ? 19800 : 200) * (0.5 + uniform()))
          }
          out[i] = zero ? 0 : uniform()
        }
      }
    },
  },
  csv: {
    type: Uint8Array,
    make() {
      const uniform = random(5)
      let rest = ''
      let row = 0
      return (out) => {
        const lines = [rest]
        let size = rest.length
        while (size < out.length) {
          const line = `${row++},2026-01-${String(1 + (row % 28)).padStart(2, '0')},sensor-${Math.floor(uniform() * 16)},${(20 + normal(uniform)).toFixed(3)},${(1013 + 5 * normal(uniform)).toFixed(1)},ok\n`
          lines.push(line)
          size += line.length
        }
        const text = lines.join('')
        Buffer.from(out.buffer).write(text.slice(0, out.length), 'latin1')
        rest = text.slice(out.length)
      }
    },
  },
  random: {
    type: Uint8Array,
    make() {
      const uniform = random(6)
      return (out) => {
        const words = new Uint32Array(out.buffer)
        for (let i = 0; i < words.length; i++) words[i] = uniform() * 2 ** 32
      }
    },
  },
}

export const DATA_SETS = Object.keys(SETS)

/** Item size of a data set, in bytes. */
export function itemSize(name) {
  return SETS[name].type.BYTES_PER_ELEMENT
}

/** The bytes of a data set of this size, in memory. */
export function made(name, nbytes) {
  const { type, make } = SETS[name]
  const items = new type(nbytes / type.BYTES_PER_ELEMENT)
  make(items.length)(items, 0)
  return new Uint8Array(items.buffer)
}

/** Makes `<dir>/<name>-<MB>` unless it is there. @returns its path */
export function prepare(dir, name, nbytes) {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, `${name}-${Math.round(nbytes / 1e6)}MB.bin`)
  if (existsSync(path) && statSync(path).size === nbytes) return path
  const { type, make } = SETS[name]
  const total = nbytes / type.BYTES_PER_ELEMENT
  const fill = make(total)
  const piece = new type(PIECE_ITEMS)
  const fd = openSync(path, 'w')
  for (let first = 0; first < total; first += PIECE_ITEMS) {
    fill(piece, first)
    const bytes = new Uint8Array(
      piece.buffer,
      0,
      Math.min(PIECE_ITEMS, total - first) * type.BYTES_PER_ELEMENT,
    )
    writeSync(fd, bytes)
  }
  closeSync(fd)
  return path
}

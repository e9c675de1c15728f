// A container of a user, as an example to start from: a line that says what follows, and the plain bytes.
//
//   blpk compress --plugin plain-container.mjs data.bin data.toy

const MAGIC = Buffer.from('TOY1')
/** The magic, the size of an item and that of all plain bytes. */
const HEAD_BYTES = 16

const format = {
  id: 'toy',
  extension: '.toy',
  what: 'a toy container',
  holds: 'bytes',
  codecs: [],
  checksums: [],
  refuses: { codec: () => 'nothing is compressed here' },
}

export const toy = {
  name: 'toy',
  formats: [format],
  recognise: (front) => MAGIC.every((byte, i) => front[i] === byte),

  async open({ source }) {
    const head = Buffer.alloc(HEAD_BYTES)
    await source.read(0, head)
    const nbytes = Number(head.readBigUInt64LE(8))
    return {
      name: source.name,
      container: toy,
      format,
      nbytes,
      typesize: Math.max(1, head.readUInt32LE(4)),
      async *pieces(start, stop = nbytes) {
        for (let at = start; at < stop; ) {
          const piece = Buffer.alloc(Math.min(65_536, stop - at))
          const n = await source.read(HEAD_BYTES + at, piece)
          if (n === 0) return
          yield piece.subarray(0, n)
          at += n
        }
      },
      close: () => source.close(),
    }
  },

  async pack(source, output, _format, { typesize }) {
    const plain = []
    const piece = Buffer.alloc(65_536)
    for (let n = await source.read(piece); n > 0; n = await source.read(piece))
      plain.push(Buffer.from(piece.subarray(0, n)))
    const body = Buffer.concat(plain)
    const sink = await output.bytes()
    const head = Buffer.alloc(HEAD_BYTES)
    MAGIC.copy(head)
    head.writeBigUInt64LE(BigInt(body.length), 8)
    head.writeUInt32LE(typeof typesize === 'number' ? typesize : (source.typesize ?? 1), 4)
    try {
      await sink.write(head)
      await sink.write(body)
      await sink.commit()
      return { nbytes: body.length, cbytes: HEAD_BYTES + body.length, nchunks: 1 }
    } catch (error) {
      await sink.discard()
      throw error
    }
  },
}

export function register({ registerContainer }) {
  registerContainer(toy)
}

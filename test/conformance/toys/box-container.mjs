// A container that is only read, with names inside: a box of things, as an example to start from.
//
//   blpk ls --plugin box-container.mjs tools.box
//   blpk decompress --plugin box-container.mjs tools.box::/iron/nails nails

const MAGIC = Buffer.from('\x89BOX\r\n', 'latin1')
/** The magic, and the size of the list of things as JSON: `[name, typesize, nbytes]` each, with the bytes behind it. */
const HEAD_BYTES = 10
const MOST_LIST_BYTES = 2 ** 20

const format = {
  id: 'box',
  extension: '.box',
  otherExtensions: ['.crate'],
  what: 'a box of things',
  holds: 'bytes',
}

const starts = (bytes) => bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte)

async function readSome(source, position, nbytes) {
  const bytes = Buffer.alloc(nbytes)
  return bytes.subarray(0, await source.read(position, bytes))
}

/** Where the signature is: at byte 0, 512, 1024, 2048, …, as that of HDF5. */
async function findStart(read) {
  for (let at = 0; ; at = at === 0 ? 512 : at * 2) {
    const bytes = await read(at, MAGIC.length)
    if (starts(bytes)) return at
    if (bytes.length < MAGIC.length) return undefined
  }
}

/** All things: what they are called, and where they lie. */
async function things(source, BlpkError) {
  const start = (await findStart((at, nbytes) => readSome(source, at, nbytes))) ?? 0
  const size = (await readSome(source, start, HEAD_BYTES)).readUInt32LE(MAGIC.length)
  if (size > MOST_LIST_BYTES) throw new BlpkError('DAMAGED', 'the list is too long')
  let position = start + HEAD_BYTES + size
  return JSON.parse(await readSome(source, start + HEAD_BYTES, size)).map(([name, typesize, nbytes]) => {
    const thing = { name, typesize, nbytes, position }
    position += nbytes
    return thing
  })
}

/** @param BlpkError the class of errors that the program knows, for a plug-in has no import of its own */
export function boxContainer(BlpkError) {
  const box = {
    name: 'box',
    formats: [format],
    onlyRead: true,
    namesInside: true,
    recognise: starts,
    recogniseWithin: async (read) => (await findStart(read)) !== undefined,

    async *names({ source, inner = '' }) {
      for (const { name } of await things(source, BlpkError)) if (name.startsWith(inner)) yield name
    },

    async open({ source, inner }) {
      const all = await things(source, BlpkError)
      const thing = inner === undefined && all.length === 1 ? all[0] : all.find(({ name }) => name === inner)
      if (thing === undefined)
        throw new BlpkError(
          'NOT_FOUND',
          `'${source.name}' has ${all.map((one) => one.name).join(', ')}: name one of them behind ::`,
        )
      const { nbytes, typesize, position } = thing
      return {
        name: source.name,
        container: box,
        format,
        nbytes,
        typesize,
        async *pieces(from, stop = nbytes) {
          for (let at = from; at < stop; ) {
            const piece = await readSome(source, position + at, Math.min(65_536, stop - at))
            if (piece.length === 0) return
            yield piece
            at += piece.length
          }
        },
        close: () => source.close(),
      }
    },
  }
  return box
}

/** A box, behind so many bytes of something else. */
export function makeBox(contents, before = 0) {
  const list = Buffer.from(
    JSON.stringify(contents.map(([name, typesize, bytes]) => [name, typesize, bytes.length])),
  )
  const size = Buffer.alloc(4)
  size.writeUInt32LE(list.length)
  return Buffer.concat([
    Buffer.alloc(before, '-'),
    MAGIC,
    size,
    list,
    ...contents.map(([, , bytes]) => bytes),
  ])
}

export function register({ registerContainer, BlpkError }) {
  registerContainer(boxContainer(BlpkError))
}

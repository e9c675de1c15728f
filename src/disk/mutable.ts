/** A range of an archive: position and size, in bytes. */
export type Range = [position: number, nbytes: number]

/** Reads up to so many bytes of an archive. */
export type ReadSome = (position: number, nbytes: number) => Uint8Array

/** Where a change may alter an archive that is open for reading; all else stays as it is. */
export interface Mutable {
  /** Whatever says where chunks are and what they mean: read for every purpose. */
  front: Range[]
  /** The last chunk, where an append would fill it up where it stands; of the front only, its header. */
  last: Range | undefined
}

/** What changes and their readers need to know of a kind of archive. */
export interface Container {
  /** Fewest bytes that its header has. */
  readonly headBytes: number
  /**
   * Where a change may alter an archive.
   * @throws BlpkError DAMAGED, UNSUPPORTED where it is not sound
   */
  mutableParts(read: ReadSome, frontOnly: boolean): Mutable | Promise<Mutable>
}

/** As many bytes as tell one container from the others. */
export const SIGN_BYTES = 11

function startsWith(bytes: Uint8Array, text: string, at: number): boolean {
  return [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0))
}

/** Is this the start of a Bloscpack archive, or of a Blosc2 frame? @param start the first bytes of the file */
export function signOf(start: Uint8Array): 'bloscpack' | 'frame' | undefined {
  if (startsWith(start, 'blpk', 0)) return 'bloscpack'
  return startsWith(start, 'b2frame\0', 2) ? 'frame' : undefined
}

/** Finds out by its first bytes what an archive is; modules load when they are needed. */
async function containerOf(read: ReadSome): Promise<Container | undefined> {
  switch (signOf(read(0, SIGN_BYTES))) {
    case 'bloscpack':
      return (await import('./mutable-bloscpack.js')).BLOSCPACK
    case 'frame':
      return (await import('./mutable-frame.js')).FRAME
    default:
      return undefined
  }
}

/** Finds what a change may alter, as far as the archive is sound: whoever reads it says what is not. */
export async function mutableParts(read: ReadSome, frontOnly: boolean): Promise<Mutable> {
  const container = await containerOf(read)
  if (container === undefined) return { front: [[0, SIGN_BYTES]], last: undefined }
  try {
    return await container.mutableParts(read, frontOnly)
  } catch {
    return { front: [[0, container.headBytes]], last: undefined }
  }
}

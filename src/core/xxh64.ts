// Incremental xxh64, and its digests as text and as bytes. The library loads on first use.

/** An xxh64 hash that is fed piece by piece. */
export interface Xxh64 {
  update(bytes: Uint8Array): Xxh64
  /** Digest of all bytes so far. */
  digest(): bigint
}

/** Creates one. The library loads when an archive is changed, not earlier. */
export async function xxh64(): Promise<() => Xxh64> {
  const { default: load } = await import('xxhash-wasm')
  const { create64 } = await load()
  return () => create64()
}

/** As stored in the facts of a journal: 16 hexadecimal digits. */
export function toHex(digest: bigint): string {
  return digest.toString(16).padStart(16, '0')
}

/** As stored at the end of a journal. */
export function littleEndian64(digest: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, digest, true)
  return bytes
}

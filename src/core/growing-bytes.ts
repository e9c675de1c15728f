// Bytes that are put one after the other, in memory that grows.

const FIRST_ROOM = 256

/** A block of bytes that grows. */
export class GrowingBytes {
  protected bytes = new Uint8Array(FIRST_ROOM)
  protected view = new DataView(this.bytes.buffer)
  /** Of what was put so far, in bytes. */
  length = 0

  /** Makes room for `count` more bytes, which are zero. @returns their position */
  protected take(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.bytes.length))
      larger.set(this.bytes.subarray(0, at))
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    return at
  }
}

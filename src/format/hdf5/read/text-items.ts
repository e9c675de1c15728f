// Strings of variable length as NumPy has text: UTF-32, all of one length.

import { Cursor } from '../bytes/cursor.js'
import { paddedText, textOf } from '../bytes/text.js'
import type { H5File } from '../structure/tree.js'

/** Code points of a text, up to NumPy's end: it has no zeros behind the last character. */
function codePoints(bytes: Uint8Array): number[] {
  return Array.from(textOf(bytes), (character) => character.codePointAt(0) ?? 0)
}

/** Reads what items refer to in the global heaps of a file. */
export class TextItems {
  readonly #file: H5File
  /** Size of an item in the file, in bytes: a length, an address, and a number. */
  readonly itemBytes: number
  /** Size of a character for NumPy, in bytes. */
  readonly characterBytes = 4
  /** Bytes of all texts that were looked at. */
  textBytes = 0

  constructor(file: H5File, itemBytes: number) {
    this.#file = file
    this.itemBytes = itemBytes
  }

  /** The bytes of one text. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
  async #text(item: Uint8Array): Promise<Uint8Array> {
    const cursor = new Cursor(item, this.#file.bytes.sizes, 0)
    const nbytes = cursor.u32()
    if (nbytes === 0) return new Uint8Array()
    const found = await this.#file.heaps.object(cursor.needAddress(), cursor.u32())
    return paddedText(found.subarray(0, nbytes), 'null-terminated')
  }

  /**
   * The length of the longest text among items, in characters.
   * @param least length of the longest one so far
   */
  async longest(items: Uint8Array, least: number): Promise<number> {
    const view = new DataView(items.buffer, items.byteOffset, items.length)
    let most = least
    for (let at = 0; at + this.itemBytes <= items.length; at += this.itemBytes) {
      const nbytes = view.getUint32(at, true)
      this.textBytes += nbytes
      // No text has more characters than bytes.
      if (nbytes <= most) continue
      most = Math.max(most, codePoints(await this.#text(items.subarray(at, at + this.itemBytes))).length)
    }
    return most
  }

  /** Reads the text of each item. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
  async check(items: Uint8Array): Promise<void> {
    for (let at = 0; at < items.length; at += this.itemBytes)
      await this.#text(items.subarray(at, at + this.itemBytes))
  }

  /** Puts the texts of items one after the other, each with zeros behind it. @param length of each, in characters */
  async put(items: Uint8Array, length: number, out: Uint8Array): Promise<void> {
    const view = new DataView(out.buffer, out.byteOffset, out.length)
    const size = length * this.characterBytes
    out.fill(0)
    for (let i = 0; i * size < out.length; i++) {
      const item = items.subarray(i * this.itemBytes, (i + 1) * this.itemBytes)
      const points = codePoints(await this.#text(item))
      // A file that is being changed may have got longer texts meanwhile.
      for (let k = 0; k < Math.min(points.length, length); k++)
        view.setUint32(i * size + k * this.characterBytes, points[k] ?? 0, true)
    }
  }
}

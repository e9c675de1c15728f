// The file that gets a dataset: a new one, or one that is there already.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { NewDataset } from '../write/tree.js'

/** A file that gets a dataset: chunks first, then all that describes them. */
export interface DatasetFile {
  /** Takes the chunks, one after the other. */
  readonly sink: Pick<ByteSink, 'write'>
  /** @param most plain bytes and chunks to come @returns address of the first chunk */
  begin(most: { nbytes: number; nchunks: number }): Promise<number>
  /**
   * Writes all that describes the dataset, and makes it visible.
   * @param position end of the chunks, as an address
   * @returns what the output takes, in bytes
   */
  finish(position: number, dataset: NewDataset): Promise<number>
  /** Undoes everything. @returns the error to throw */
  failed(error: unknown): Promise<unknown>
}

// Copies sources of unknown size, or that can be read only once, to temporary files.

import { TemporaryFile } from '../disk/temporary-file.js'
import { FileSource } from '../sources/file.js'
import { BytesPlainSource, type PlainSource } from '../sources/plain.js'

const PIECE = 1 << 20

/**
 * Copies a source of unknown size to a temporary file beside an archive, so that a slow or broken pipe never
 * leaves an archive half changed. Closing it removes the file.
 */
export async function spool(source: PlainSource, beside: string): Promise<BytesPlainSource> {
  const file = new TemporaryFile(beside)
  try {
    const piece = new Uint8Array(PIECE)
    for (let n = await source.read(piece); n > 0; n = await source.read(piece))
      file.append(piece.subarray(0, n))
    const { typesize, metadata } = source
    const traits = {
      ...(typesize !== undefined && { typesize }),
      ...(metadata !== undefined && { metadata }),
    }
    const plain = new BytesPlainSource(new FileSource(file.name, file.fd), traits)
    plain.close = () => {
      file.close()
      return source.close()
    }
    return plain
  } catch (error) {
    file.close()
    throw error
  }
}

/** Whether a source can be used directly. */
export type Need = (source: PlainSource) => boolean

/**
 * Copies the sources that cannot be used directly to temporary files.
 * @param beside path beside which the files are created
 */
export async function spoolWhere(
  sources: readonly PlainSource[],
  isGood: Need,
  beside: string,
): Promise<PlainSource[]> {
  const ready: PlainSource[] = []
  try {
    for (const source of sources) ready.push(isGood(source) ? source : await spool(source, beside))
    return ready
  } catch (error) {
    await closeSpooled(ready, sources)
    throw error
  }
}

/** Removes the temporary files of `spoolWhere`. @param sources its result */
export async function closeSpooled(
  ready: readonly PlainSource[],
  sources: readonly PlainSource[],
): Promise<void> {
  for (const source of ready) if (!sources.includes(source)) await source.close()
}

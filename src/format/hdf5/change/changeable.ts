// Whether a file can be changed without making anything wrong that blpk does not write itself.

import { BlpkError, damaged, unsupported } from '../../../core/errors.js'
import { readMessages } from '../structure/object-header.js'
import { USUAL_NODES } from '../structure/superblock.js'
import type { H5File } from '../structure/tree.js'
import { OFFSET_BYTES } from '../write/put.js'

/** What messages of the superblock's extension are about. */
const EXTENSION: Readonly<Record<number, string>> = {
  15: 'a table of shared messages',
  19: 'B-tree nodes of unusual sizes',
  20: 'a driver',
  23: 'a list of its free space',
  24: 'a cached image of its metadata',
}

function refusal(why: string): BlpkError {
  return unsupported(`the file cannot be changed in place: ${why}`)
}

function checkOpenElsewhere({ superblock: { consistency } }: H5File): void {
  if (consistency !== 0)
    throw new BlpkError(
      'LOCKED',
      'the file is marked as open for writing; if no program has it open any more, h5clear -s removes the mark',
    )
}

async function checkExtension(file: H5File): Promise<void> {
  const { extension } = file.superblock
  if (extension === undefined) return
  const [first] = await readMessages(file.bytes, extension)
  if (first !== undefined)
    throw refusal(`it has ${EXTENSION[first.type] ?? `a message of type ${first.type} about itself`}`)
}

function checkSizes({ superblock, bytes }: H5File): void {
  const { offsetSize, lengthSize, nodes, endOfFile } = superblock
  if (offsetSize !== OFFSET_BYTES || lengthSize !== OFFSET_BYTES)
    throw refusal(`its addresses have ${offsetSize} and its lengths ${lengthSize} bytes instead of 8`)
  const { symbols, group, chunks } = USUAL_NODES
  if (nodes.symbols !== symbols || nodes.group !== group || nodes.chunks !== chunks)
    throw refusal(`it has ${EXTENSION[0x13]}`)
  const { size = 0 } = bytes.source
  if (size < endOfFile)
    throw damaged(`the file is cut off: it should have ${endOfFile} bytes, and has ${size}`)
}

/**
 * Refuses files that a change would make wrong.
 * @throws BlpkError LOCKED for one that is open elsewhere, as far as the file tells; DAMAGED, UNSUPPORTED, IO
 */
export async function checkChangeable(file: H5File): Promise<void> {
  checkOpenElsewhere(file)
  checkSizes(file)
  await checkExtension(file)
}

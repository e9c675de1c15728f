// Flags about arrays: the type and shape of their items, and how they are cut into chunks.

import { parseDtype, parseExtents, parseShape } from './blosc2-values.js'
import { choice } from './option-values.js'
import type { CommandName, Flag } from './options.js'

/** Commands that write whole containers of any kind. */
const WRITING: readonly CommandName[] = ['compress', 'convert']
const READ_AS = 'read the items of an array (b2nd, h5) as this dtype'

/** What arrays are made of, and how they are cut into chunks. */
export function arrayFlags(): readonly Flag[] {
  return [
    {
      name: 'dtype',
      value: 'type',
      group: 'input',
      common: ['compress', 'convert'],
      summary: {
        compress: "NumPy dtype of raw input, such as '<f4'",
        convert: "NumPy dtype of the items, such as '<f4'",
        decompress: READ_AS,
        append: READ_AS,
        info: READ_AS,
        verify: READ_AS,
      },
      details: {
        compress: 'The bytes are then packed as an array.',
        convert: 'Bytes then become an array.',
        decompress: "It replaces the array's own dtype, for example '<f4'.",
        append: "It replaces the array's own dtype, for example '<f4'.",
        info: "It replaces the array's own dtype, for example '<f4'.",
        verify: "It replaces the array's own dtype, for --against.",
      },
      parse: parseDtype,
      commands: ['compress', 'convert', 'decompress', 'append', 'info', 'verify'],
    },
    {
      name: 'shape',
      value: 'shape',
      group: 'input',
      common: ['compress'],
      summary: 'shape of raw input, such as 100,200',
      details: 'One extent may be -1: it follows from the size.',
      default: { compress: 'one dimension', convert: "the input's, else one dimension" },
      parse: parseShape,
      commands: WRITING,
    },
    {
      name: 'order',
      value: 'order',
      group: 'input',
      summary: 'memory order of raw input',
      details: 'F is Fortran order, in which the first index varies fastest.',
      default: 'C',
      ...choice('order', ['C', 'F']),
      commands: WRITING,
    },
    {
      name: 'chunks',
      value: 'shape',
      group: 'blosc2',
      common: ['convert'],
      summary: 'shape of the chunks of an array (b2nd, h5), such as 10,25,150',
      default: 'about 4M, in whole blocks',
      parse: parseExtents,
      commands: WRITING,
    },
    {
      name: 'blocks',
      value: 'shape',
      group: 'blosc2',
      summary: 'shape of the blocks of an array (b2nd, h5)',
      default: 'about 256K',
      parse: parseExtents,
      commands: WRITING,
    },
  ]
}

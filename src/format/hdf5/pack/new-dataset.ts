// What a new dataset is called, what attributes it has, and how far it can grow.

import type { ArrayShape } from '../../../array/geometry.js'
import { usage } from '../../../core/errors.js'
import { membersOf } from '../../../core/json/edit.js'
import { withoutArray } from '../../described-metadata.js'
import type { Opened } from '../../opened.js'
import type { Output } from '../../output.js'
import type { PackOptions } from '../../pack-options.js'

/** Name of a dataset that nobody gave one. */
const DEFAULT_NAME = 'data'

/** The names from the root on that a path leads through. @throws BlpkError USAGE for an impossible one */
export function namesOf({ name, inner }: Pick<Output, 'name' | 'inner'>): string[] {
  const names = (inner ?? DEFAULT_NAME).split('/').filter((part) => part !== '')
  if (names.length === 0) throw usage(`'${name}' needs the name of a dataset behind '::'`)
  return names
}

function membersIn(json: string | undefined): ReadonlyMap<string, string> {
  const own = withoutArray(json)
  if (own === undefined) return new Map()
  const members = membersOf(own)
  if (members === undefined) throw usage('attributes need metadata that are a JSON object')
  return new Map(members.map(({ key, value }) => [key, value]))
}

/** Metalayers and the like as attributes, as far as they are values. */
function extrasOf({ extras = [], extraValues = new Map() }: Opened, onNote: PackOptions['onNote']) {
  const left = extras.filter((name) => !extraValues.has(name))
  if (left.length > 0)
    onNote?.(`attributes hold values that JSON can express, which these do not; left out: ${left.join(', ')}`)
  return extraValues
}

/**
 * Members of metadata, and what else the input has by name, as attributes.
 * @param from the input, if it is a container
 * @throws BlpkError USAGE for metadata that are no object
 */
export function attributesOf(
  json: string | undefined,
  from: Opened | undefined,
  onNote: PackOptions['onNote'],
): ReadonlyMap<string, string> {
  const members = membersIn(json)
  return from === undefined ? members : new Map([...extrasOf(from, onNote), ...members])
}

/**
 * Along the first axis, the dataset can grow; along another one, if its chunks are longer than it: HDF5 has none that are
 * longer than what an axis may become.
 */
export function maxShapeOf({
  shape,
  chunkshape,
}: Pick<ArrayShape, 'shape' | 'chunkshape'>): (number | undefined)[] {
  return shape.map((extent, axis) => (axis === 0 || (chunkshape[axis] ?? 0) > extent ? undefined : extent))
}

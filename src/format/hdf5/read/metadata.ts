// The attributes of a dataset as metadata.

import type { OpenOptions } from '../../opened.js'
import { withJsonValues } from '../json-attributes.js'
import type { ObjectSpec } from '../model.js'
import type { H5File } from '../structure/tree.js'

/**
 * The attributes as a JSON object; undefined if there are none.
 * @param onNote called for those that have no JSON form
 * @throws BlpkError DAMAGED, IO
 */
export async function metadataOf(
  file: H5File,
  { address }: Pick<ObjectSpec, 'address'>,
  onNote: OpenOptions['onNote'],
): Promise<string | undefined> {
  const members: string[] = []
  for (const attribute of withJsonValues(await file.attributes(address))) {
    const { name } = attribute
    if ('json' in attribute) members.push(`${JSON.stringify(name)}: ${attribute.json}`)
    else onNote?.(`the attribute '${name}' is left out: ${attribute.unreadable}`)
  }
  return members.length === 0 ? undefined : `{${members.join(', ')}}`
}

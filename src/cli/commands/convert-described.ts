import { ndarrayIn } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'
import { arrayJson, isDescribed, layoutAsked } from '../described-input.js'
import { withArray } from '../flags/codec-flags.js'
import { type Given, ownJson, type Work } from './convert-given.js'

/**
 * What there is to convert, as the array that options say it is.
 * @throws BlpkError USAGE where dtype, shape and size do not go together
 */
export function describedGiven(given: Given, { job, context }: Work): Given {
  const { options } = context
  if (!isDescribed(options)) return given
  const { nbytes } = given
  if (nbytes === undefined) throw usage('the archive was written to a pipe and does not know its size')
  const known = ndarrayIn(given.json)
  const layout = layoutAsked(nbytes, options, known)
  const described = arrayJson(layout)
  const json = withArray(ownJson(given.json), described) ?? described
  const { copy } = given
  const plain = (): ReturnType<Given['plain']> => given.plain().describedAs(layout.itemsize, json)
  const base = { ...given, json, plain }
  // Chunks of an array have its shape; those of a frame have none.
  if (job.container === 'b2nd')
    return { ...base, copy: given.isArray && options.shape === undefined ? copy : undefined }
  return { ...base, copy: copy && ((text, sink) => copy(text ?? json, sink)) }
}

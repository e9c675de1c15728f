/**
 * NumPy's .npy headers and dtypes, and how Bloscpack's metadata name them. Pure functions over bytes: sizes are in
 * bytes, shapes in items. What cannot be right throws BlpkError DAMAGED; objects and unknown types UNSUPPORTED.
 */
export { type Descr, type Dtype, descrLiteral, dtypeRepr, type Field, parseDescr } from './dtype.js'
export {
  type ArrayLayout,
  formatNpyHeader,
  isNpy,
  type NpyHeader,
  type Order,
  parseNpyHeader,
} from './header.js'
export { type PyLiteral, PyTuple, parseLiteral } from './literal.js'
export {
  type NdarrayLayout,
  type NdarrayMetadata,
  ndarrayMetadata,
  parseMetadataDtype,
  parseNdarrayMetadata,
} from './metadata.js'
export { repr } from './repr.js'

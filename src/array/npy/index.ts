// The public part of this folder: `.npy` headers, dtypes, and the metadata that describe arrays.

/**
 * NumPy's .npy headers and dtypes, and how Bloscpack's metadata name them. Pure functions: sizes in bytes,
 * shapes in items. What cannot be right throws DAMAGED; objects and unknown types throw UNSUPPORTED.
 */
export { arrayBytes, dtypeRepr } from './dtype.js'
export { formatNpyHeader, type NpyHeader, numpyOrder, parseNpyHeader } from './header.js'
export { isNpy } from './magic.js'
export {
  ARRAY_KEYS,
  type NdarrayLayout,
  ndarrayIn,
  ndarrayMetadata,
  parseMetadataDtype,
  parseNdarrayMetadata,
} from './metadata.js'

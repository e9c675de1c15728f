// Bounds of what is read from containers, unless more is allowed.

/** Largest plain size of a chunk that is read unless more is allowed, in bytes. */
export const DEFAULT_MAX_CHUNK = 2 ** 31

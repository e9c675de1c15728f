// The part of h5wasm-plugins that tests use: the package has no types.

declare module 'h5wasm-plugins' {
  /** Makes HDF5 look for filters in the package. */
  export function install_local_plugins(module: unknown): void
}

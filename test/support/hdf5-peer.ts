// h5py, b2h5py, PyTables and netCDF4 in Python: scripts/python/hdf5.py has the functions.

import type { Peer } from './peer.js'

export const LIBVERS = ['earliest', 'v108', 'v112', 'latest'] as const
export const READERS = ['h5py', 'b2h5py', 'tables'] as const

export type Case = readonly [filter: string, index: string, dtype: string]

/** What a reader sees of a dataset. */
export interface Seen {
  dtype: string
  shape: number[]
  sha256: string
  /** Of the slice that was asked for. */
  part: string
}

interface Functions {
  names: [[], { filters: string[]; indexes: string[]; dtypes: string[] }]
  make_matrix: [
    [path: string, libver: (typeof LIBVERS)[number], cases: readonly Case[]],
    [whole: string, part: string][],
  ]
  make_netcdf: [[path: string], Record<string, string>]
  read: [
    [
      path: string,
      name: string,
      reader: (typeof READERS)[number],
      start: readonly number[],
      stop: readonly number[],
    ],
    Seen,
  ]
  is_fast: [[path: string, name: string], boolean]
  attributes: [[path: string, name: string], Record<string, unknown>]
  make_large: [
    [path: string, shape: readonly number[], chunks: readonly number[], seed: number],
    size: number,
  ]
}

/** Calls a function of the peer. */
export async function h5<F extends keyof Functions>(
  peer: Peer,
  name: F,
  ...args: Functions[F][0]
): Promise<Functions[F][1]> {
  return (await peer.call('h5', { function: name, arguments: args })) as Functions[F][1]
}

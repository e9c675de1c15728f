// A datatype as the file describes it (HDF5 File Format Specification 4.0, IV.A.2.d).

/** Order of the bytes of a number. */
export type ByteOrder = 'little' | 'big'

/** Where the bits of a floating-point number are, as positions from the lowest. */
export interface FloatBits {
  readonly offset: number
  readonly precision: number
  readonly sign: number
  readonly exponentAt: number
  readonly exponentBits: number
  readonly mantissaAt: number
  readonly mantissaBits: number
  readonly bias: number
  /** 2: the highest bit of the mantissa is 1 and not stored. */
  readonly normalization: number
}

/** What fills a string up to its size. */
export type StringPadding = 'null-terminated' | 'null-padded' | 'space-padded'

export interface Member {
  readonly name: string
  /** In the item, in bytes. */
  readonly offset: number
  readonly type: Datatype
}

/** A datatype; `size` is that of an item, in bytes. */
export type Datatype = { readonly size: number } & (
  | {
      readonly kind: 'integer' | 'bits'
      readonly order: ByteOrder
      readonly signed: boolean
      readonly bitOffset: number
      readonly precision: number
    }
  | { readonly kind: 'float'; readonly order: ByteOrder | 'vax'; readonly bits: FloatBits }
  | { readonly kind: 'string'; readonly padding: StringPadding; readonly utf8: boolean }
  | { readonly kind: 'opaque'; readonly tag: string }
  | { readonly kind: 'compound'; readonly members: readonly Member[] }
  | { readonly kind: 'enum'; readonly base: Datatype; readonly members: ReadonlyMap<string, Uint8Array> }
  | { readonly kind: 'array'; readonly shape: readonly number[]; readonly item: Datatype }
  | { readonly kind: 'complex'; readonly item: Datatype }
  | { readonly kind: 'vlen-string'; readonly utf8: boolean }
  | { readonly kind: 'vlen'; readonly item: Datatype }
  /** Nothing that JSON or NumPy could hold. */
  | { readonly kind: 'other'; readonly what: string }
)

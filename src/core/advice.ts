// What a caller can do about an error, in words of the library: an option to set, or a function to call.
// The command line has a flag or a command for each.

/** Options of the library that errors may recommend. */
export type AdvisedOption =
  | 'chunkSize'
  | 'dtype'
  | 'fixed'
  | 'force'
  | 'grow'
  | 'items'
  | 'lock'
  | 'lockTimeout'
  | 'maxChunk'
  | 'metadata'
  | 'overwrite'
  | 'raw'
  | 'retries'
  | 's3Endpoint'
  | 'slice'
  | 'timeout'
  | 'unsafeNoCas'

/** Functions of the library that errors may recommend. */
export type AdvisedCall =
  | 'compress'
  | 'convert'
  | 'registerCodec'
  | 'registerFilter'
  | 'repair'
  | 'setMetadata'
  | 'verify'

/** What helps against an error. */
export type Advice =
  /** Setting an option. `to` says what that does, such as `append the file as plain bytes`. */
  | { readonly option: AdvisedOption; readonly to?: string }
  /** Calling a function first, or instead. `does` says what for, such as `keeps what is left`. */
  | { readonly call: AdvisedCall; readonly does?: string }
  /** Installing an optional package, such as `@aws-sdk/client-s3`. */
  | { readonly install: string }

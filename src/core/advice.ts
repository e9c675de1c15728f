// What a caller can do about an error, in terms of the library: set an option, or call a function.
// The command line maps each to a flag or a command.

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

/** What helps with an error. */
export type Advice =
  /** Setting an option. `to` says what it does, such as `append the file as plain bytes`. */
  | { readonly option: AdvisedOption; readonly to?: string }
  /** Calling another function first, or instead. `does` says what for, such as `recovers what is left`. */
  | { readonly call: AdvisedCall; readonly does?: string }
  /** Installing an optional package, such as `@aws-sdk/client-s3`. */
  | { readonly install: string }

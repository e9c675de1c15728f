// Adds to errors of the library the flag or the command that helps.

import type { Advice, AdvisedCall, AdvisedOption } from '../core/advice.js'

const OPTIONS: Record<AdvisedOption, (to: string | undefined) => string> = {
  chunkSize: () => ', or use --chunk-size',
  dtype: (to) => ` (use --dtype to ${to})`,
  fixed: (to) => `: use --fixed to ${to}`,
  force: (to) => ` (use --force to ${to})`,
  grow: (to) => ` (use --grow to ${to})`,
  items: () => ': use --items or --bytes',
  lock: () => '; use --no-lock if nobody else writes to it',
  lockTimeout: () => ' (see --lock-timeout)',
  maxChunk: () => ' (see --max-chunk)',
  metadata: (to) => `; use blpk append -m to ${to}`,
  overwrite: () => ' (use --force to overwrite)',
  raw: (to) => (to === undefined ? ' (use --raw)' : `; use --raw to ${to}`),
  retries: () => ' (see --retries)',
  s3Endpoint: () => ', or use --s3-endpoint',
  slice: () => ': use --slice',
  timeout: () => ' (see --timeout and --retries)',
  unsafeNoCas: () => '; use --unsafe-no-cas only if nobody else writes to it',
}

const CALLS: Record<AdvisedCall, (does: string | undefined) => string> = {
  compress: (does) => ` (blpk compress ${does})`,
  convert: (does) => ` (blpk convert ${does})`,
  registerCodec: () => ' (registerCodec, or --plugin)',
  registerFilter: () => ' (registerFilter, or --plugin)',
  repair: (does) => ` (blpk repair ${does})`,
  setMetadata: () => ': use blpk meta set',
  verify: (does) => ` (blpk verify ${does})`,
}

function installing(name: string): string {
  const once = `npx -p blpk -p ${name} blpk …`
  return `: install it with 'npm install ${name}' (add -g if blpk is installed globally), or run '${once}'`
}

/** What comes after a message with this advice; nothing if there is none. */
export function hintOf(advice: Advice | undefined): string {
  if (advice === undefined) return ''
  if ('install' in advice) return installing(advice.install)
  return 'option' in advice ? OPTIONS[advice.option](advice.to) : CALLS[advice.call](advice.does)
}

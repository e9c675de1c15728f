import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import type { MetaStore } from '../blosc2/meta-store.js'
import { unsupported, usage } from '../errors.js'
import { attempt } from '../io-errors.js'
import { schemeOf } from '../places.js'
import { lockOptions } from './codec-flags.js'
import { kindOfFile } from './containers.js'
import { about, type Context, sayVerbose } from './context.js'
import { isDash } from './dash.js'
import type { CliOptions } from './options.js'
import { standardOutput } from './stdio.js'

/** Where a value comes from: `-` is standard input, `@file` a file, all else is the value itself. */
async function valueBytes(value: string): Promise<Uint8Array> {
  if (isDash(value)) return buffer(process.stdin)
  if (!value.startsWith('@')) return Buffer.from(value)
  const file = value.slice(1)
  return attempt('read', file, () => readFileSync(file))
}

/** JSON as it is, and everything else as a string. */
function asJson(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify(text)
  }
}

/** The string itself where one value was asked for and it is text that does nothing to a terminal. */
function shownValue(json: string, o: CliOptions): string {
  if (o.json === true || !json.startsWith('"')) return json
  const text = JSON.parse(json) as string
  return /[^\P{Cc}\n\t]/u.test(text) ? json : text
}

function openStore(archive: string, context: Context): Promise<MetaStore> {
  return import('../blosc2/meta-store.js').then(({ MetaStore }) =>
    MetaStore.open(archive, lockOptions(context)),
  )
}

async function get(archive: string, name: string | undefined, context: Context): Promise<void> {
  const { options } = context
  const store = await openStore(archive, context)
  if (name === undefined) {
    if (options.raw === true) throw usage('--raw writes the bytes of one metalayer: name it')
    standardOutput().write(`${store.json()}\n`)
    return
  }
  const bytes = store.get(name, options.fixed === true)
  standardOutput().write(options.raw === true ? bytes : `${shownValue(store.jsonOf(name, bytes), options)}\n`)
}

async function set(archive: string, name: string, value: string, context: Context): Promise<void> {
  const { options } = context
  const bytes = await valueBytes(value)
  const [{ setMetalayer }, { packJson }] = await Promise.all([
    import('../blosc2/meta-store.js'),
    import('../format/msgpack/from-json.js'),
  ])
  const content = options.raw === true ? bytes : packJson(asJson(Buffer.from(bytes).toString('utf8')))
  context.protect()
  await setMetalayer(archive, name, content, { ...lockOptions(context), fixed: options.fixed === true })
  sayVerbose(options, `'${archive}': set '${name}' to ${content.length} bytes`)
}

async function remove(archive: string, name: string, context: Context): Promise<void> {
  const { removeMetalayer } = await import('../blosc2/meta-store.js')
  if (context.options.fixed === true) throw usage('fixed metalayers cannot be removed')
  context.protect()
  await removeMetalayer(archive, name, lockOptions(context))
  sayVerbose(context.options, `'${archive}': removed '${name}'`)
}

function wanted(what: string, text: string | undefined): string {
  if (text === undefined) throw usage(`the ${what} is missing (see blpk meta --help)`)
  return text
}

async function checkFrame(archive: string): Promise<void> {
  if (isDash(archive) || schemeOf(archive) !== undefined)
    throw unsupported(`'${archive}' is no file: blpk meta works on files`)
  if ((await kindOfFile(archive)) === 'bloscpack')
    throw unsupported(
      `'${archive}' is a Bloscpack archive: blpk info shows its metadata, blpk append -m replaces them`,
      { path: archive },
    )
}

/** `blpk meta get|set|rm <archive> [name] [value]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [action = '', archive = '', name, value] = args
  if (!['get', 'set', 'rm'].includes(action)) throw usage(`'${action}' is not get, set or rm`)
  if (value !== undefined && action !== 'set') throw usage(`meta ${action} takes no value`)
  await checkFrame(archive)
  await about(archive, async () => {
    if (action === 'get') await get(archive, name, context)
    else if (action === 'rm') await remove(archive, wanted('name', name), context)
    else await set(archive, wanted('name', name), wanted('value', value), context)
  })
  return 0
}

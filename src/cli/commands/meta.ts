// `blpk meta`: reads and changes metadata by name.

import { unsupported, usage } from '../../core/errors.js'
import { JsonText } from '../../core/json/json.js'
import { unknownName } from '../../core/nearest.js'
import { counted } from '../../core/sizes.js'
import { readMetadata, setMetadata } from '../../verbs/meta.js'
import { about, type Context, sayVerbose } from '../context.js'
import { isDash } from '../dash.js'
import { metadataOptions } from '../flags/change-flags.js'
import { print } from '../view/print.js'
import { asJson, printValue, valueBytes } from './meta-values.js'

const ACTIONS: readonly string[] = ['get', 'set', 'rm']

/** Prints what there is. @param name all of them if it is missing @returns the same for --json, unprinted */
async function get(archive: string, name: string | undefined, context: Context): Promise<object> {
  const { raw, json } = context.options
  const metadata = await readMetadata(archive, metadataOptions(context))
  if (name === undefined) {
    if (raw === true) throw usage(`--raw ${metadata.rawShows}: name it`)
    const groups = Object.entries(metadata.groups).map(([group, text]) => [group, new JsonText(text)])
    if (json === true) return Object.fromEntries(groups)
    printValue(metadata.json, name)
    return {}
  }
  const value = metadata.get(name)
  if (json === true) return { name, value: new JsonText(value.json()) }
  if (raw === true) print(value.bytes())
  else printValue(value.json(), name)
  return {}
}

async function set(archive: string, name: string, text: string, context: Context): Promise<void> {
  const { options } = context
  const bytes = await valueBytes(text)
  const value = options.raw === true ? bytes : asJson(bytes)
  context.protect()
  const nbytes = await setMetadata(archive, { name, value }, metadataOptions(context))
  const size = nbytes === undefined ? '' : ` to ${counted(nbytes, 'byte')}`
  sayVerbose(options, `'${archive}': set '${name}'${size}`)
}

async function remove(archive: string, name: string, context: Context): Promise<void> {
  context.protect()
  await setMetadata(archive, { name, value: undefined }, metadataOptions(context))
  sayVerbose(context.options, `'${archive}': removed '${name}'`)
}

function wanted(what: string, text: string | undefined): string {
  if (text === undefined) throw usage(`the ${what} is missing (see blpk meta --help)`)
  return text
}

/** `blpk meta get|set|rm <archive> [name] [value]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [action = '', archive = '', name, value] = args
  if (!ACTIONS.includes(action)) throw unknownName('action', action, ACTIONS)
  if (value !== undefined && action !== 'set') throw usage(`meta ${action} takes no value`)
  await about(archive, async () => {
    if (isDash(archive)) throw unsupported('blpk meta works on files and objects, not on standard input')
    let found: object = { name, done: action }
    if (action === 'get') found = await get(archive, name, context)
    else if (action === 'rm') await remove(archive, wanted('name', name), context)
    else await set(archive, wanted('name', name), wanted('value', value), context)
    if (context.options.json !== true) return
    const [{ headOfPlace }, { printJson }] = await Promise.all([
      import('../view/head.js'),
      import('../view/report.js'),
    ])
    printJson({ ...(await headOfPlace(archive, context)), ...found }, context.options)
  })
  return 0
}

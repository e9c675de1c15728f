import { unsupported, usage } from '../../core/errors.js'
import { JsonText } from '../../core/json/json.js'
import { counted } from '../../core/sizes.js'
import type { LockOptions } from '../../disk/changing-file.js'
import type { MetaStore } from '../../format/blosc2/objects/meta-store.js'
import { checkChangeable } from '../../places/registry.js'
import type { ChangeSettings } from '../../store/settings.js'
import { kindOfPlace } from '../containers.js'
import { about, type Context, changeSettings, placeSettings, sayVerbose } from '../context.js'
import { isDash } from '../dash.js'
import { lockOptions } from '../flags/codec-flags.js'
import { print } from '../view/print.js'
import { asJson, printValue, valueBytes } from './meta-values.js'

/** What `blpk meta` does to an archive or a frame. */
export interface MetaActions {
  /** Prints what there is. @param name all of them if it is missing @returns the same for --json, unprinted */
  get(name: string | undefined): Promise<object>
  set(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
}

async function openStore(archive: string, context: Context): Promise<MetaStore> {
  const { MetaStore } = await import('../../format/blosc2/objects/meta-store.js')
  return MetaStore.open(archive, { ...placeSettings(context), ...lockOptions(context) })
}

/** How a change is made. */
function changing(archive: string, context: Context): ChangeSettings & LockOptions {
  checkChangeable(archive)
  context.protect()
  return { ...changeSettings(context), ...lockOptions(context) }
}

/** The actions on a Blosc2 frame: metalayers by name. */
function metaOfFrame(archive: string, context: Context): MetaActions {
  const { options } = context
  if (options.grow === true) throw usage('--grow is for Bloscpack archives: a frame has room for metalayers')
  return {
    async get(name) {
      const store = await openStore(archive, context)
      if (name === undefined) {
        if (options.raw === true) throw usage('--raw writes the bytes of one metalayer: name it')
        const { meta, vlmeta } = store.json()
        if (options.json === true) return { meta: new JsonText(meta), vlmeta: new JsonText(vlmeta) }
        printValue(`{"meta":${meta},"vlmeta":${vlmeta}}`, name)
        return {}
      }
      const bytes = store.get(name, options.fixed === true)
      if (options.json === true) return { name, value: new JsonText(store.jsonOf(name, bytes)) }
      if (options.raw === true) print(bytes)
      else printValue(store.jsonOf(name, bytes), name)
      return {}
    },
    async set(name, value) {
      const bytes = await valueBytes(value)
      const [{ setMetalayer }, { packJson }] = await Promise.all([
        import('../../format/blosc2/objects/meta-store.js'),
        import('../../format/blosc2/msgpack/from-json.js'),
      ])
      const content = options.raw === true ? bytes : packJson(asJson(bytes))
      const fixed = options.fixed === true
      await setMetalayer(archive, name, content, { ...changing(archive, context), fixed })
      sayVerbose(options, `'${archive}': set '${name}' to ${counted(content.length, 'byte')}`)
    },
    async remove(name) {
      const { removeMetalayer } = await import('../../format/blosc2/objects/meta-store.js')
      if (options.fixed === true) throw usage('fixed metalayers cannot be removed')
      await removeMetalayer(archive, name, changing(archive, context))
      sayVerbose(options, `'${archive}': removed '${name}'`)
    },
  }
}

async function actionsOn(archive: string, context: Context): Promise<MetaActions> {
  if (isDash(archive)) throw unsupported('blpk meta works on files and objects, not on standard input')
  if ((await kindOfPlace(archive, context)) !== 'bloscpack') return metaOfFrame(archive, context)
  return (await import('./meta-bloscpack.js')).metaOfArchive(archive, context)
}

function wanted(what: string, text: string | undefined): string {
  if (text === undefined) throw usage(`the ${what} is missing (see blpk meta --help)`)
  return text
}

/** `blpk meta get|set|rm <archive> [name] [value]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [action = '', archive = '', name, value] = args
  if (!['get', 'set', 'rm'].includes(action)) throw usage(`'${action}' is not get, set or rm`)
  if (value !== undefined && action !== 'set') throw usage(`meta ${action} takes no value`)
  await about(archive, async () => {
    const actions = await actionsOn(archive, context)
    let found: object = { name, done: action }
    if (action === 'get') found = await actions.get(name)
    else if (action === 'rm') await actions.remove(wanted('name', name))
    else await actions.set(wanted('name', name), wanted('value', value))
    if (context.options.json !== true) return
    const [{ headOfPlace }, { printJson }] = await Promise.all([
      import('../view/head.js'),
      import('../view/report.js'),
    ])
    printJson({ ...(await headOfPlace(archive, context)), ...found }, context.options)
  })
  return 0
}

import { usage } from '../../core/errors.js'
import { compactJson, JsonText } from '../../core/json/json.js'
import { memberOf, readMembers, removeMember, setMember } from '../../format/bloscpack/members.js'
import { checkChangeable } from '../../places/registry.js'
import { type Context, changeSettings, placeSettings, sayVerbose } from '../context.js'
import { lockOptions } from '../flags/codec-flags.js'
import { print } from '../view/print.js'
import type { MetaActions } from './meta.js'
import { asJson, printValue, valueBytes } from './meta-values.js'

/** The actions of `blpk meta` on a Bloscpack archive: its metadata are one JSON object, its members what is named. */
export function metaOfArchive(archive: string, context: Context): MetaActions {
  const { options } = context
  if (options.fixed === true) throw usage('--fixed is for Blosc2 frames: metadata of archives are JSON')
  const isRaw = options.raw === true
  const changing = (): Parameters<typeof setMember>[3] => {
    checkChangeable(archive)
    context.protect()
    return {
      ...changeSettings(context),
      ...lockOptions(context),
      ...(options.grow !== undefined && { grow: options.grow }),
    }
  }
  return {
    async get(name) {
      const json = await readMembers(archive, { ...placeSettings(context), ...lockOptions(context) })
      if (name === undefined && isRaw) throw usage('--raw prints the text of one member: name it')
      const value = name === undefined ? (json ?? '{}') : memberOf(json, name)
      if (options.json === true)
        return name === undefined ? { metadata: new JsonText(value) } : { name, value: new JsonText(value) }
      if (isRaw) print(value.startsWith('"') ? (JSON.parse(value) as string) : value)
      else printValue(value, name)
      return {}
    },
    async set(name, value) {
      const json = compactJson(asJson(await valueBytes(value), isRaw))
      await setMember(archive, name, json, changing())
      sayVerbose(options, `'${archive}': set '${name}'`)
    },
    async remove(name) {
      await removeMember(archive, name, changing())
      sayVerbose(options, `'${archive}': removed '${name}'`)
    },
  }
}

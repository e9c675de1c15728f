import { memberOf, readMembers, removeMember, setMember } from '../engine/members.js'
import { usage } from '../errors.js'
import { compactJson } from '../format/json.js'
import { checkChangeable } from '../places.js'
import { lockOptions } from './codec-flags.js'
import { type Context, changeSettings, placeSettings, sayVerbose } from './context.js'
import type { MetaActions } from './meta.js'
import { asJson, shownValue, valueBytes } from './meta-values.js'
import { print } from './print.js'

/** The actions of `blpk meta` on a Bloscpack archive: its metadata are one JSON object, its members what is named. */
export function metaOfArchive(archive: string, context: Context): MetaActions {
  const { options } = context
  for (const name of ['raw', 'fixed'] as const)
    if (options[name] === true) throw usage(`--${name} is for Blosc2 frames: metadata of archives are JSON`)
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
      const shown = name === undefined ? (json ?? '{}') : shownValue(memberOf(json, name), options)
      print(`${shown}\n`)
    },
    async set(name, value) {
      const json = compactJson(asJson(await valueBytes(value)))
      await setMember(archive, name, json, changing())
      sayVerbose(options, `'${archive}': set '${name}'`)
    },
    async remove(name) {
      await removeMember(archive, name, changing())
      sayVerbose(options, `'${archive}': removed '${name}'`)
    },
  }
}

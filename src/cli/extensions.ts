// Names of containers for messages and help, as they are when all plug-ins are loaded.

import { containers, extensionsOf, type Format, formats, writtenFormats } from '../format/registry.js'

const namesOf = (all: readonly Format[]): string[] => all.map(({ extension }) => extension)

function sentence(names: readonly string[], last: string): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`
}

/** Extensions of all formats that are written: `.blp, .b2frame, .b2nd`. */
export function extensionsList(): string {
  return namesOf(writtenFormats()).join(', ')
}

/** The same for a sentence: `.blp, .b2frame or .b2nd`. */
export function extensionsText(last = 'or'): string {
  return sentence(namesOf(writtenFormats()), last)
}

/** The same of all formats that are read. */
export function readExtensionsText(last = 'or'): string {
  return sentence(namesOf(formats()), last)
}

/** What is read and never written, with its extensions: `an HDF5 file (.h5, .hdf5)`; undefined where there is no such thing. */
export function onlyReadText(): string | undefined {
  const written = writtenFormats()
  const only = formats().filter((format) => !written.includes(format))
  const texts = only.map((format) => `${format.what} (${extensionsOf(format).join(', ')})`)
  return texts.length === 0 ? undefined : sentence(texts, 'and')
}

/** What can be listed besides, for the help: `, or a .h5 file, for what is inside`. */
export function insideText(): string {
  const kinds = containers().flatMap(({ namesInside, formats: own }) => (namesInside === true ? own : []))
  return kinds.length === 0 ? '' : `, or a ${sentence(namesOf(kinds), 'or')} file, for what is inside`
}

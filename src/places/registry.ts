// The places that are known, by the scheme in front of their names.
import type { ByteSink } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import type { VersionedEditable } from '../bytes/editable.js'
import { usage } from '../core/errors.js'
import type { ChangeSettings, PlaceSettings, SinkSettings } from '../store/settings.js'

/** Places by the scheme in front of their names. Each loads its module when it is used: plain files pay nothing. */
interface PlaceKind {
  openSource(name: string, settings: PlaceSettings): Promise<ByteSource>
  openSink(name: string, settings: SinkSettings): Promise<ByteSink>
  /** Missing where nothing can be changed. */
  openForChange?(name: string, settings: ChangeSettings): Promise<VersionedEditable>
}

function onlyRead(): never {
  throw usage('web servers are only read from: name a file, or an s3:// object')
}

const HTTP: PlaceKind = {
  openSource: async (name, settings) => (await import('../sources/http.js')).openHttp(name, settings),
  openSink: async () => onlyRead(),
}

const S3: PlaceKind = {
  openSource: async (name, settings) => (await import('../sources/s3.js')).openS3(name, settings),
  openSink: async (name, settings) => (await import('../sinks/s3.js')).openS3Sink(name, settings),
  openForChange: async (name, settings) =>
    (await import('../store/s3/changing-object.js')).openForChange(name, settings),
}

const KINDS: Record<string, PlaceKind> = { s3: S3, http: HTTP, https: HTTP }

/** The scheme of a name, such as `s3`; undefined for a path. */
export function schemeOf(name: string): string | undefined {
  const scheme = /^(s3|https?):\/\//i.exec(name)?.[1]
  return scheme?.toLowerCase()
}

function kindOf(name: string): PlaceKind | undefined {
  const scheme = schemeOf(name)
  return scheme === undefined ? undefined : KINDS[scheme]
}

/** A source for a name with a scheme; undefined for a path. @throws BlpkError */
export async function openRemoteSource(
  name: string,
  settings: PlaceSettings = {},
): Promise<ByteSource | undefined> {
  return kindOf(name)?.openSource(name, settings)
}

/** A sink for a name with a scheme; undefined for a path. @throws BlpkError */
export async function openRemoteSink(
  name: string,
  settings: SinkSettings = {},
): Promise<ByteSink | undefined> {
  return kindOf(name)?.openSink(name, settings)
}

/** @throws BlpkError USAGE where what has this name can only be read */
export function checkChangeable(name: string): void {
  remoteOpener(name, {})
}

/**
 * What opens the place of a name with a scheme for a change, as often as it is called; undefined for a path.
 * @throws BlpkError USAGE where nothing can be changed there
 */
export function remoteOpener(
  name: string,
  settings: ChangeSettings,
): (() => Promise<VersionedEditable>) | undefined {
  const kind = kindOf(name)
  if (kind === undefined) return undefined
  const open = kind.openForChange ?? onlyRead()
  return () => open(name, settings)
}

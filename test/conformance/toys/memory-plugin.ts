// The store in memory for the command line: `--plugin`. What it holds outlives a run in a file, if the run has one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { StorePlace } from '../../../dist/index.js'
import { type MemoryObject, MemoryStore } from './memory-store.js'

export function register({ registerPlace }: { registerPlace(place: StorePlace): void }): void {
  const { MEMORY_FILE: file } = process.env
  const isThere = file !== undefined && existsSync(file)
  const objects = isThere ? (deserialize(readFileSync(file)) as Map<string, MemoryObject>) : undefined
  const store = new MemoryStore(objects)
  registerPlace({ schemes: ['mem'], store: () => store })
  if (file !== undefined) process.on('exit', () => writeFileSync(file, serialize(store.objects)))
}

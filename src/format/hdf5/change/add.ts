// Adds a dataset to a file that is there already.

import { BlpkError, reworded } from '../../../core/errors.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { AddRequest, ChangePlace } from '../../change.js'
import type { PackResult } from '../../output.js'
import type { DatasetFile } from '../pack/dataset-file.js'
import { namesOf } from '../pack/new-dataset.js'
import { packDataset } from '../pack/pack-source.js'
import { type H5File, openFile } from '../structure/tree.js'
import type { NewDataset } from '../write/tree.js'
import { checkChangeable } from './changeable.js'
import { FileChange } from './file-change.js'
import { type GroupPath, groupPath, layPath } from './group-path.js'

/** A file that gets another dataset. */
class GrowingFile implements DatasetFile {
  readonly #change: FileChange
  readonly #path: GroupPath
  #start = 0

  constructor(change: FileChange, path: GroupPath) {
    this.#change = change
    this.#path = path
  }

  get sink(): DatasetFile['sink'] {
    return this.#change.sink
  }

  async begin(): Promise<number> {
    await this.#change.begin([])
    this.#start = this.#change.position
    return this.#start
  }

  async finish(position: number, dataset: NewDataset): Promise<number> {
    const root = await this.#change.put(layPath({ position }, this.#path, dataset))
    await this.#change.commit([], root)
    return this.#change.position - this.#start
  }

  failed(error: unknown): Promise<unknown> {
    return this.#change.undone(error)
  }
}

/** What is found in the file. Its errors name it, as others are about the source. */
async function wayTo(place: ChangePlace, replace: boolean): Promise<{ file: H5File; path: GroupPath }> {
  const { source, inner } = place
  const names = namesOf({ name: source.name, inner })
  try {
    const file = await openFile(source)
    await checkChangeable(file)
    return { file, path: await groupPath(file, names, replace) }
  } catch (error) {
    if (!(error instanceof BlpkError) || error.place.path !== undefined) throw error
    throw reworded(error, error.message, { ...error.place, path: source.name })
  }
}

/** Adds a source as a dataset; see `ContainerChange.add`. */
export async function addDataset(place: ChangePlace, plain: PlainSource, o: AddRequest): Promise<PackResult> {
  const { file, path } = await wayTo(place, o.replace === true)
  const change = new FileChange(place.source, file.superblock, o.signal)
  return packDataset(plain, async () => new GrowingFile(change, path), o)
}

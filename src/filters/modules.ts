// Modules that register codecs and filters: worker threads import them, so that these run there too.

/** Where a codec or filter comes from. */
export interface Module {
  /** Address of the module that registers it, such as `import.meta.url`. */
  module?: string | undefined
}

const registered = new Set<string>()

/** Notes that a module has registered what it has in this thread. */
export function noteModule(module: string | undefined): void {
  if (module !== undefined) registered.add(module)
}

/** Has a module registered what it has in this thread? */
export function isRegistered(module: string): boolean {
  return registered.has(module)
}

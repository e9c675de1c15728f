// How a worker loads a module by its URL. The bundle of the command line, which is CommonJS, uses `require`.

export function loadModule(url: string): Promise<object> {
  return import(url)
}

// How a worker loads a module by URL. The CommonJS bundle of the command line uses `require`.

export function loadModule(url: string): Promise<object> {
  return import(url)
}

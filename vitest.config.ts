// How the tests run. `--mode all` (npm run test:all) takes the long forms, which test/support/long.ts tells apart.

import { configDefaults, defineConfig } from 'vitest/config'

// Node reads these at each start, which may take longer than the rest of it. Only npm needs them: test/install.test.ts.
process.env.BLPK_NPM_CERTIFICATES ??= process.env.NODE_EXTRA_CA_CERTS ?? ''
delete process.env.NODE_EXTRA_CA_CERTS

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'all' ? [] : ['test/**/*.long.test.ts'])],
    pool: 'forks',
    // Tests of the short form wait for processes and pauses often enough for one more than two cores.
    maxWorkers: mode === 'all' ? 2 : 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { BLPK_TESTS: mode === 'all' ? 'all' : 'short' },
    // What is built is JavaScript for Node already: to transform it again takes a second a file.
    server: { deps: { external: [/\/dist\//] } },
  },
}))

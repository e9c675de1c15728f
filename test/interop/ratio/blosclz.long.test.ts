// blosclz beside C-Blosc and C-Blosc2, on the whole corpus with all settings.

import { compareRatios } from '../../support/ratio/compare.js'

await compareRatios('blosclz')

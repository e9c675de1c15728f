// Draws compression ratio against speed, one panel a data set, as an SVG.
const PANEL = 260
const MARGIN = 44
const GAP = 24
const COLOURS = {
  blpk: '#c0392b',
  bloscpack: '#2980b9',
  blosc2: '#8e44ad',
  cat: '#7f8c8d',
  zstd: '#27ae60',
  lz4: '#d68910',
  pigz: '#16a085',
}

function colourOf(tool) {
  return COLOURS[tool.split(' ')[0]] ?? '#333'
}

/** A logarithmic axis over whole powers of two: its ends, and where a value lies on it. */
function scale(values, from, to) {
  const logs = values.map(Math.log2)
  const least = Math.floor(Math.min(...logs))
  const most = Math.max(Math.ceil(Math.max(...logs)), least + 1)
  return {
    least: 2 ** least,
    most: 2 ** most,
    at: (value) => from + ((Math.log2(value) - least) / (most - least)) * (to - from),
  }
}

function speedOf(row) {
  return row.megabytes / row.compress
}

function panel(set, rows, x, y) {
  const across = scale(rows.map(speedOf), x + MARGIN, x + PANEL - 12)
  const up = scale(
    rows.map((row) => row.ratio),
    y + PANEL - MARGIN,
    y + 28,
  )
  const points = rows.map((row) => {
    const radius = row.tool.startsWith('blpk') ? 5.5 : 4
    return (
      `<circle cx="${across.at(speedOf(row)).toFixed(1)}" cy="${up.at(row.ratio).toFixed(1)}" r="${radius}" ` +
      `fill="${colourOf(row.tool)}" fill-opacity="0.8"><title>${row.tool}</title></circle>`
    )
  })
  const [left, right, top, bottom] = [x + MARGIN, x + PANEL - 8, y + 20, y + PANEL - MARGIN]
  return `<g><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="none" stroke="#ccc"/>
<text x="${(left + right) / 2}" y="${y + 14}" font-size="12" font-weight="bold" text-anchor="middle">${set}</text>
<g font-size="9"><text x="${left}" y="${bottom + 12}">${across.least}</text>
<text x="${right}" y="${bottom + 12}" text-anchor="end">${across.most}</text>
<text x="${(left + right) / 2}" y="${bottom + 12}" text-anchor="middle">MB/s packed, log</text>
<text x="${left - 4}" y="${bottom}" text-anchor="end">${up.least}</text>
<text x="${left - 4}" y="${top + 8}" text-anchor="end">${up.most}</text>
<text transform="translate(${left - 6} ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">ratio, log</text></g>
${points.join('\n')}</g>`
}

/** The colours of the tools that are shown. */
function legend(rows, y) {
  const names = [...new Set(rows.map((row) => row.tool.split(' ')[0]))]
  return names
    .map((name, i) => {
      const x = MARGIN + i * 110
      return `<circle cx="${x}" cy="${y}" r="5" fill="${colourOf(name)}"/><text x="${x + 10}" y="${y + 4}" font-size="12">${name}</text>`
    })
    .join('\n')
}

/** @param rows results of the bench; of the first folder that size is drawn which most was measured at, the later of two */
export function drawPicture(rows) {
  const { dir } = rows[0]
  const sizes = [...new Set(rows.map((row) => row.megabytes))]
  const countAt = (size) => rows.filter((row) => row.dir === dir && row.megabytes === size).length
  const megabytes = sizes.reduce((best, size) => (countAt(size) >= countAt(best) ? size : best))
  const shown = rows.filter((row) => row.dir === dir && row.megabytes === megabytes)
  const sets = [...new Set(shown.map((row) => row.set))]
  const columns = Math.min(4, sets.length)
  const width = columns * (PANEL + GAP)
  const height = Math.ceil(sets.length / columns) * (PANEL + GAP) + GAP
  const panels = sets.map((set, i) => {
    const x = (i % columns) * (PANEL + GAP)
    const y = Math.floor(i / columns) * (PANEL + GAP)
    return panel(
      set,
      shown.filter((row) => row.set === set),
      x,
      y,
    )
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" fill="#222">
<title>Compression ratio against packing speed, a panel for each kind of data</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${panels.join('\n')}
${legend(shown, height - GAP)}
</svg>
`
}

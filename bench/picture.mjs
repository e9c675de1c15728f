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

function scale(values, from, to) {
  const logs = values.map(Math.log2)
  const least = Math.floor(Math.min(...logs))
  const most = Math.max(Math.ceil(Math.max(...logs)), least + 1)
  return (value) => from + ((Math.log2(value) - least) / (most - least)) * (to - from)
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
    const [px, py] = [across(speedOf(row)).toFixed(1), up(row.ratio).toFixed(1)]
    const radius = row.tool.startsWith('blpk') ? 5 : 3.5
    return (
      `<circle cx="${px}" cy="${py}" r="${radius}" fill="${colourOf(row.tool)}"/>` +
      `<text x="${px}" y="${(Number(py) - 7).toFixed(1)}" font-size="8" text-anchor="middle">${row.tool}</text>`
    )
  })
  return `<g><rect x="${x + MARGIN}" y="${y + 20}" width="${PANEL - MARGIN - 8}" height="${PANEL - MARGIN - 20}" fill="none" stroke="#ccc"/>
<text x="${x + PANEL / 2}" y="${y + 14}" font-size="12" font-weight="bold" text-anchor="middle">${set}</text>
<text x="${x + PANEL / 2}" y="${y + PANEL - 24}" font-size="9" text-anchor="middle">MB/s packed, log →</text>
<text transform="translate(${x + MARGIN - 10} ${y + PANEL / 2}) rotate(-90)" font-size="9" text-anchor="middle">ratio, log →</text>
${points.join('\n')}</g>`
}

/** @param rows results of the bench; the largest size in the first folder is drawn */
export function drawPicture(rows) {
  const { dir } = rows[0]
  const megabytes = Math.max(...rows.map((row) => row.megabytes))
  const shown = rows.filter((row) => row.dir === dir && row.megabytes === megabytes)
  const sets = [...new Set(shown.map((row) => row.set))]
  const columns = Math.min(4, sets.length)
  const width = columns * (PANEL + GAP)
  const height = Math.ceil(sets.length / columns) * (PANEL + GAP)
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
<rect width="${width}" height="${height}" fill="#fff"/>
${panels.join('\n')}
</svg>
`
}

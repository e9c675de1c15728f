// Recognises files of other programs (netCDF, ZIP, images …), so that messages can say what a file is.

/** A kind of file that blpk does not handle. */
export interface KnownFile {
  /** For a sentence: `a FITS file`. */
  what: string
  /** Its extensions. */
  extensions: readonly string[]
  /** Its possible signatures; none if only the name tells. */
  magic?: readonly string[]
  /** Whether python-blosc2 keeps frames in it, and how to get at them. */
  store?: string
}

/** Number of bytes that identify a file. */
export const KNOWN_PEEK_BYTES = 96

const B2Z: KnownFile = {
  what: 'a store of python-blosc2 (.b2z: a ZIP of Blosc2 frames)',
  extensions: ['b2z'],
  store: 'unzip it, and name one of the .b2nd files inside',
}
const NPZ: KnownFile = { what: 'an .npz file (a ZIP of .npy files)', extensions: ['npz'] }

/** The first match counts. Bytes are written as Latin-1. */
const FILES: readonly KnownFile[] = [
  { what: 'a .npy file', extensions: ['npy'], magic: ['\x93NUMPY'] },
  B2Z,
  NPZ,
  {
    what: 'a store of python-blosc2 (.b2d: a directory of Blosc2 frames)',
    extensions: ['b2d'],
    store: 'name one of the .b2nd files in it',
  },
  {
    what: 'a store of python-blosc2 (.b2e: a frame with other frames inside)',
    extensions: ['b2e'],
    store:
      'in Python, blosc2.open(path)[key] gives one of them, and its save(name) writes it to a file of its own',
  },
  { what: 'batches of python-blosc2', extensions: ['b2b'] },
  { what: 'a netCDF file', extensions: ['nc'], magic: ['CDF\x01', 'CDF\x02', 'CDF\x05'] },
  { what: 'a MATLAB file', extensions: ['mat'], magic: ['MATLAB 5.0 MAT-file'] },
  { what: 'a FITS file', extensions: ['fits', 'fit'], magic: ['SIMPLE  ='] },
  { what: 'a Parquet file', extensions: ['parquet'], magic: ['PAR1'] },
  { what: 'an Arrow file', extensions: ['arrow', 'feather'], magic: ['ARROW1', 'FEA1'] },
  { what: 'a Zarr array', extensions: ['zarr'] },
  { what: 'an SQLite database', extensions: ['sqlite', 'sqlite3'], magic: ['SQLite format 3\0'] },
  { what: 'a CSV file', extensions: ['csv', 'tsv'] },
  { what: 'a JSON file', extensions: ['json'] },
  { what: 'a pickle', extensions: ['pkl', 'pickle'] },
  { what: 'a spreadsheet', extensions: ['xlsx', 'xls', 'ods'] },
  { what: 'a PNG image', extensions: ['png'], magic: ['\x89PNG\r\n\x1a\n'] },
  { what: 'a JPEG image', extensions: ['jpg', 'jpeg'], magic: ['\xff\xd8\xff'] },
  { what: 'a TIFF image', extensions: ['tif', 'tiff'], magic: ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'] },
  { what: 'a GIF image', extensions: ['gif'], magic: ['GIF87a', 'GIF89a'] },
  { what: 'a WebP image', extensions: ['webp'], magic: ['RIFF????WEBP'] },
  {
    what: 'a JPEG 2000 image',
    extensions: ['jp2', 'j2k', 'jph'],
    magic: ['\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  },
  { what: 'an OpenEXR image', extensions: ['exr'], magic: ['\x76\x2f\x31\x01'] },
  { what: 'a BMP image', extensions: ['bmp'] },
  { what: 'a ZIP file', extensions: ['zip'], magic: ['PK\x03\x04', 'PK\x05\x06'] },
  { what: 'a gzip file', extensions: ['gz', 'tgz'], magic: ['\x1f\x8b\x08'] },
  { what: 'a Zstandard file', extensions: ['zst', 'zstd'], magic: ['\x28\xb5\x2f\xfd'] },
  { what: 'an xz file', extensions: ['xz'], magic: ['\xfd7zXZ\0'] },
  { what: 'a bzip2 file', extensions: ['bz2'], magic: ['BZh?1AY&SY'] },
  { what: 'an LZ4 file', extensions: ['lz4'], magic: ['\x04\x22\x4d\x18'] },
  { what: 'a 7-Zip file', extensions: ['7z'], magic: ['7z\xbc\xaf\x27\x1c'] },
  { what: 'a tar file', extensions: ['tar'] },
  { what: 'a PDF file', extensions: ['pdf'], magic: ['%PDF-'] },
]

/** A question mark matches any byte. */
function startsWith(start: string, magic: string): boolean {
  return start.length >= magic.length && [...magic].every((c, i) => c === '?' || start[i] === c)
}

/** The content of a ZIP, by the name of its first member after the header of 30 bytes. */
function inZip(start: string): KnownFile | undefined {
  const length = start.charCodeAt(26) + 256 * start.charCodeAt(27)
  const first = start.slice(30, 30 + length)
  if (/\.(b2nd|b2f|b2e|b2b)$/.test(first)) return B2Z
  return /\.npy$/.test(first) ? NPZ : undefined
}

/** The kind of file that a name suggests. */
export function knownByName(name: string): KnownFile | undefined {
  const extension = /\.(\w+)[/\\]*$/.exec(name)?.[1]?.toLowerCase()
  return extension === undefined ? undefined : FILES.find(({ extensions }) => extensions.includes(extension))
}

/** The kind of file that starts with these bytes. @param bytes {@link KNOWN_PEEK_BYTES}, or fewer */
export function knownByBytes(bytes: Uint8Array): KnownFile | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const found = FILES.find(({ magic }) => magic?.some((one) => startsWith(start, one)))
  return (start.startsWith('PK') ? inZip(start) : undefined) ?? found
}

/** Describes a store and what can be done with it. */
export function storeText({ what, store }: KnownFile): string {
  return `it is ${what}: ${store}`
}

"""Writes the real arrays of the corpus, measurements and pictures that wheels carry, as .npy files.

corpus.py <folder of wheels> <folder for the arrays>
"""
import csv
import gzip
import io
import os
import struct
import sys
import zipfile

import numpy
from PIL import Image

# As much of an array as takes part, in bytes: whole rows, and what they lack of one more is left out.
MOST = 1 << 20


class Wheels:
    """All files of all wheels in a folder; their paths begin with the name of the package."""

    def __init__(self, folder):
        self.archives = {}
        for name in os.listdir(folder):
            archive = zipfile.ZipFile(os.path.join(folder, name))
            self.archives.update(dict.fromkeys(archive.namelist(), archive))

    def read(self, path):
        data = self.archives[path].read(path)
        return gzip.decompress(data) if path.endswith('.gz') else data


def picture(wheels, name):
    return numpy.asarray(Image.open(io.BytesIO(wheels.read(f'skimage/data/{name}'))))


def saved(wheels, path, key=None):
    loaded = numpy.load(io.BytesIO(wheels.read(path)), allow_pickle=False)
    return loaded if key is None else loaded[key]


def raw(wheels, path, dtype, start=0):
    return numpy.frombuffer(wheels.read(path), dtype, offset=start)


def nifti(wheels, name):
    """A volume or a series of volumes of NIfTI-1, whose first axis counts up fastest."""
    data = wheels.read(f'nibabel/tests/data/{name}')
    order = '<' if data[:4] == struct.pack('<i', 348) else '>'
    rank, *extents = struct.unpack(f'{order}8h', data[40:56])
    code, = struct.unpack(f'{order}h', data[70:72])
    start, = struct.unpack(f'{order}f', data[108:112])
    dtype = order + {4: 'i2', 16: 'f4'}[code]
    shape = extents[:rank][::-1]
    return numpy.frombuffer(data, dtype, numpy.prod(shape), int(start)).reshape(shape)


def element(wheels, name, tag, dtype, which):
    """The value of a data element of a DICOM file, of explicit length; `which` of those of the tag."""
    parts = wheels.read(f'pydicom/data/test_files/{name}.dcm').split(struct.pack('<2H', *tag) + b'O')[1:]
    size, = struct.unpack('<I', parts[which][3:7])
    return numpy.frombuffer(parts[which][7:7 + size], dtype)


def pixels(wheels, name, dtype):
    """The picture itself comes last: a small one for lists may come before."""
    return element(wheels, name, (0x7FE0, 0x0010), dtype, -1)


def mask(wheels):
    """One bit a pixel, as the array of bytes that programs make of it."""
    return numpy.unpackbits(pixels(wheels, 'liver_1frame', 'u1'), bitorder='little')


def numbers(wheels, path, dtype, skip=0):
    """Text with a number a line."""
    lines = wheels.read(path).decode('ascii').splitlines()[skip:]
    return numpy.array([float(line) for line in lines]).astype(dtype)


def rows(wheels, path, delimiter=','):
    reader = csv.reader(io.StringIO(wheels.read(path).decode('utf-8')), delimiter=delimiter)
    return list(reader)


def table(wheels, path, fields):
    """Some columns of a table with a heading, as an array of records."""
    heading, *rest = rows(wheels, path)
    columns = [heading.index(name) for name, _ in fields]
    return numpy.array([tuple(row[i] for i in columns) for row in rest], fields)


def temperatures(wheels, place):
    return table(wheels, f'vega_datasets/_data/{place}-temps.csv', [('temp', '<f8')])['temp']


def airports(wheels):
    fields = [('iata', 'S4'), ('state', 'S2'), ('latitude', '<f8'), ('longitude', '<f8')]
    return table(wheels, 'vega_datasets/_data/airports.csv', fields)


def weather(wheels):
    amounts = ['precipitation', 'temp_max', 'temp_min', 'wind']
    fields = [('date', 'S10'), *((name, '<f4') for name in amounts), ('weather', 'S7')]
    return table(wheels, 'vega_datasets/_data/seattle-weather.csv', fields)


def beats(wheels):
    return table(wheels, 'heartpy/data/data2.csv', [('timer', '<f8'), ('hr', '<u2')])


def times(wheels):
    moments = table(wheels, 'heartpy/data/data3.csv', [('datetime', 'U26')])['datetime']
    return moments.astype('<M8[ms]')


def regions(wheels):
    return numpy.array([row[2] for row in rows(wheels, 'obspy/geodetics/tests/data/flinnengdahl.csv', '\t')])


def fits_picture(wheels, name, dtype, shape):
    """Pixels of the first part of a FITS file: they begin after the header, in blocks of 2880 bytes."""
    data = wheels.read(f'sunpy/data/test/{name}')
    end = next(at for at in range(0, len(data), 80) if data[at:at + 80].rstrip() == b'END')
    start = (end // 2880 + 1) * 2880
    return numpy.frombuffer(data, dtype, numpy.prod(shape), start).reshape(shape)


# Of a table of one row with two columns, both of them arrays: times, and fluxes in two bands.
FLUX_TIMES, FLUXES = 11520, 11520 + 42177 * 8


def solar_flux(wheels, dtype, start, count):
    return numpy.frombuffer(wheels.read('sunpy/data/test/go1520110607.fits'), dtype, count, start)


SAMPLES = 'matplotlib/mpl-data/sample_data'
SIGNALS = 'obspy/signal/tests/data'
LIBRARY = 'pywt/_extensions/_pywt.cpython-312-x86_64-linux-gnu.so'
# All of them by name.
ARRAYS = {
    'picture-astronaut': lambda w: picture(w, 'astronaut.png'),
    'picture-brick': lambda w: picture(w, 'brick.png'),
    'picture-camera': lambda w: picture(w, 'camera.png'),
    'picture-coins': lambda w: picture(w, 'coins.png'),
    'picture-hubble': lambda w: picture(w, 'hubble_deep_field.jpg'),
    'picture-moon': lambda w: picture(w, 'moon.png'),
    'picture-page': lambda w: picture(w, 'page.png'),
    'picture-rocket': lambda w: picture(w, 'rocket.jpg'),
    'picture-aero': lambda w: saved(w, 'pywt/data/aero.npz', 'data'),
    'faces-f8': lambda w: saved(w, 'skimage/data/lfw_subset.npy'),
    'disparity-f4': lambda w: saved(w, 'skimage/data/motorcycle_disp.npz', 'arr_0'),
    'elevation-i2': lambda w: saved(w, f'{SAMPLES}/jacksboro_fault_dem.npz', 'elevation'),
    'elevation-f4': lambda w: saved(w, f'{SAMPLES}/topobathy.npz', 'topo'),
    'sea-temperature-f8': lambda w: saved(w, 'pywt/data/sst_nino3.npz', 'data'),
    'prices-records': lambda w: saved(w, f'{SAMPLES}/goog.npz', 'price_data'),
    'mri-slice-u2': lambda w: raw(w, f'{SAMPLES}/s1045.ima.gz', '<u2'),
    'mri-be-i2': lambda w: nifti(w, 'anatomical.nii'),
    'mri-be-f4': lambda w: nifti(w, 'reoriented_anat_moved.nii'),
    'mri-u2': lambda w: raw(w, 'nibabel/tests/data/phantom_EPI_asc_CLEAR_2_1.REC', '<u2'),
    'fmri-i2': lambda w: nifti(w, 'example4d.nii.gz'),
    'fmri-small-i2': lambda w: nifti(w, 'functional.nii'),
    'ct-i2': lambda w: pixels(w, 'CT_small', '<i2'),
    'xray-overlay-u2': lambda w: pixels(w, 'examples_overlay', '<u2'),
    'ultrasound-rgb': lambda w: pixels(w, 'examples_rgb_color', 'u1'),
    'palette-u1': lambda w: pixels(w, 'examples_palette', 'u1'),
    'mask-u1': mask,
    'ecg-i2': lambda w: element(w, 'waveform_ecg', (0x5400, 0x1010), '<i2', 0),
    'pulse-records': beats,
    'times-ms': times,
    'temperature-seattle': lambda w: temperatures(w, 'seattle'),
    'temperature-sf': lambda w: temperatures(w, 'sf'),
    'weather-records': weather,
    'airports-records': airports,
    'seismogram-i4': lambda w: numbers(w, f'{SIGNALS}/BW.KW1._.EHZ.D.2011.090_downsampled.asc.gz', '<i4'),
    'seismogram-f4': lambda w: raw(w, f'{SIGNALS}/CRLZ.HHZ.10.NZ.SAC', '<f4', 632),
    'seismogram-f8': lambda w: numbers(w, f'{SIGNALS}/KARC_corrected.sac.asc.gz', '<f8'),
    'noise-histogram-u8': lambda w: saved(w, f'{SIGNALS}/BW.KW1._.EHZ.D.2011.090_downsampled__ppsd_hist_stack.npy'),
    'regions-utf32': regions,
    'sun-be-f8': lambda w: fits_picture(w, 'aia_171_level1.fits', '>f8', (128, 128)),
    'sun-be-f4': lambda w: fits_picture(w, 'heliographic_phase_map.fits.gz', '>f4', (181, 361)),
    'sun-times-be-f8': lambda w: solar_flux(w, '>f8', FLUX_TIMES, 42177),
    'sun-flux-be-f4': lambda w: solar_flux(w, '>f4', FLUXES, 84354),
    'program': lambda w: raw(w, LIBRARY, 'u1'),
    'source-text': lambda w: raw(w, 'matplotlib/axes/_axes.py', 'u1'),
    'table-text': lambda w: raw(w, 'vega_datasets/_data/airports.csv', 'u1'),
}


def whole_rows(array):
    """The first rows of an array, as many as take part."""
    array = numpy.ascontiguousarray(array)
    return array[:MOST // (array.nbytes // len(array))]


def main():
    wheels = Wheels(sys.argv[1])
    for name, make in ARRAYS.items():
        numpy.save(os.path.join(sys.argv[2], f'{name}.npy'), whole_rows(make(wheels)))


main()

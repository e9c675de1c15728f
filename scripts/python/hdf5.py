"""HDF5 files made and read by h5py with hdf5plugin, b2h5py, PyTables and netCDF4, for peer.py."""
import hashlib
import os

import h5py
import hdf5plugin as plugins
import numpy

SEED = 18
SHAPE = (23, 18)
CHUNKS = (6, 5)
LINE = (414,)
PART = (slice(3, 17, 2), slice(4, 11))
LIBVERS = {'earliest': 'earliest', 'v108': ('v108', 'v108'), 'v112': ('v112', 'v112'), 'latest': 'latest'}

FILTERS = {
    'none': {},
    'gzip-shuffle': {'compression': 'gzip', 'shuffle': True},
    'shuffle-fletcher': {'shuffle': True, 'fletcher32': True},
    'gzip-fletcher': {'compression': 'gzip', 'fletcher32': True},
    'lzf': {'compression': 'lzf', 'shuffle': True},
    'zstd': plugins.Zstd(),
    'lz4': plugins.LZ4(nbytes=128),
    'bitshuffle': plugins.Bitshuffle(cname='none'),
    'bitshuffle-lz4': plugins.Bitshuffle(nelems=64),
    'bitshuffle-zstd': plugins.Bitshuffle(cname='zstd'),
    'bzip2': plugins.BZip2(),
}
for name in ('blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'):
    for how in ('NOSHUFFLE', 'SHUFFLE', 'BITSHUFFLE'):
        FILTERS[f'blosc-{name}-{how.lower()}'] = plugins.Blosc(name, 5, getattr(plugins.Blosc, how))
    for how in ('NOFILTER', 'SHUFFLE', 'BITSHUFFLE', 'DELTA'):
        FILTERS[f'blosc2-{name}-{how.lower()}'] = plugins.Blosc2(name, 5, getattr(plugins.Blosc2, how))

INDEXES = {
    'fixed': {},
    'unlimited-1': {'maxshape': (None, 18)},
    'unlimited-2': {'maxshape': (None, None)},
    'one-chunk': {'chunks': SHAPE},
    'sparse': {'maxshape': (40, 40)},
    'early': {'early': True},
    'line': {'maxshape': (None,), 'chunks': (60,)},
}

DTYPES = {
    **{name: numpy.dtype(name) for name in (
        '|u1', '|i1', '<u2', '>i2', '<i4', '>u4', '<i8', '>i8', '<f2', '<f4', '>f4', '<f8', '>f8', '<c8', '<c16',
        '|b1', '|S5', '|V6',
    )},
    'struct': numpy.dtype([('a', '<i2'), ('b', '>f4'), ('c', [('d', '|u1'), ('e', '<f8', (2,))])]),
    'subarray': numpy.dtype(('<f4', (3,))),
    'enum': h5py.enum_dtype({'no': 0, 'yes': 1, 'maybe': 7}, basetype='<i2'),
}


def names():
    """What the matrix has along its axes."""
    return {'filters': list(FILTERS), 'indexes': list(INDEXES), 'dtypes': list(DTYPES)}


def sha256(array):
    return hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()


def values(dtype, shape, seed=SEED):
    """Values that compress a little: a walk in each byte of a type of numbers, letters in strings."""
    random = numpy.random.default_rng(seed)
    base = dtype.base
    count = int(numpy.prod(shape, dtype=int)) * int(numpy.prod(dtype.shape, dtype=int))
    if base.kind in 'iufc':
        items = numpy.cumsum(random.integers(-3, 4, count)).astype(base)
    elif base.kind == 'b':
        items = random.integers(0, 2, count).astype(bool)
    elif base.kind == 'S':
        items = numpy.array([b'x' * n for n in random.integers(0, base.itemsize + 1, count)], base)
    elif base.kind == 'V' and base.names is None:
        items = random.integers(65, 70, count * base.itemsize, 'u1').view(base)
    else:
        items = numpy.zeros(count, base)
        for at, name in enumerate(base.names):
            items[name] = values(base[name], (count,), seed + at + 1)
    return items.reshape((*shape, *dtype.shape))


def dataset(group, name, filters, index, dtype, seed):
    """Makes a dataset; of a sparse one, only two boxes are written."""
    options = {'chunks': CHUNKS, **FILTERS[filters], **INDEXES[index]}
    if options.pop('early', False):
        # Without filters, room is allocated for all chunks: their index is implicit.
        dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        dcpl.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        options['dcpl'] = dcpl
    if index == 'sparse' and DTYPES[dtype].kind in 'iuf':
        options['fillvalue'] = 7
    shape = LINE if index == 'line' else SHAPE
    one = group.create_dataset(name, shape, DTYPES[dtype], **options)
    data = values(DTYPES[dtype], shape, seed)
    if index == 'sparse':
        one[2:5, 3:9] = data[2:5, 3:9]
        one[20:, 10:] = data[20:, 10:]
    else:
        one[...] = data


def make_matrix(path, libver, cases):
    """Writes a dataset for each case, and tells what h5py reads back: all of it, and a slice."""
    with h5py.File(path, 'w', libver=LIBVERS[libver]) as file:
        for at, case in enumerate(cases):
            dataset(file, f'd{at}', *case, SEED + at)
    with h5py.File(path) as file:
        ones = (file[f'd{at}'] for at in range(len(cases)))
        return [[sha256(one[...]), sha256(one[PART[:one.ndim]])] for one in ones]


def make_netcdf(path):
    """A netCDF-4 file with many variables in groups; the digests by path."""
    import netCDF4

    with netCDF4.Dataset(path, 'w') as file:
        file.title = 'a test'
        file.createDimension('time', None)
        file.createDimension('x', 31)
        for at in range(12):
            group = file.createGroup('deep').createGroup(f'g{at}')
            one = group.createVariable(f'v{at}', 'f4', ('time', 'x'), zlib=at % 2 == 0, chunksizes=(4, 10))
            one.units = 'm'
            one[:] = values(numpy.dtype('f4'), (9 + at, 31), at)
    with h5py.File(path) as file:
        names = [f'/deep/g{at}/v{at}' for at in range(12)]
        return {name: sha256(file[name][...]) for name in names}


def with_h5py(path, name, key):
    with h5py.File(path) as file:
        one = file[name]
        return one[...], one[key]


def with_b2h5py(path, name, key):
    from b2h5py import B2Dataset

    with h5py.File(path) as file:
        one = B2Dataset(file[name])
        return one[...], one[key]


def with_tables(path, name, key):
    import tables

    with tables.open_file(path) as file:
        one = file.get_node(name)
        # PyTables reads structures as tables, which have one axis.
        return one.read(), one[key]


READERS = {'h5py': with_h5py, 'b2h5py': with_b2h5py, 'tables': with_tables}


def read(path, name, reader, start, stop):
    """What a reader sees: dtype, shape, digests of all and of a slice, whether b2h5py would read blocks."""
    key = tuple(slice(a, b) for a, b in zip(start, stop))
    whole, part = READERS[reader](path, name, key if key else ())
    whole, part = numpy.asarray(whole), numpy.asarray(part)
    return {'dtype': whole.dtype.str, 'shape': list(whole.shape), 'sha256': sha256(whole), 'part': sha256(part)}


def is_fast(path, name):
    """Whether b2h5py reads the dataset by blocks."""
    from b2h5py import B2Dataset

    with h5py.File(path) as file:
        return bool(B2Dataset(file[name]).is_b2_fast_slicing)


def plain(value):
    """An attribute as JSON."""
    return value.tolist() if hasattr(value, 'tolist') else value


def attributes(path, name):
    with h5py.File(path) as file:
        return {key: plain(value) for key, value in file[name].attrs.items()}


def make_large(path, shape, chunks, seed):
    """A dataset of Blosc2 chunks that do not compress much, written chunk by chunk."""
    random = numpy.random.default_rng(seed)
    with h5py.File(path, 'w') as file:
        one = file.create_dataset('a', shape, '<f4', chunks=chunks, **plugins.Blosc2('lz4', 5))
        for box in one.iter_chunks():
            one[box] = random.random(one[box].shape, 'f4')
    return os.path.getsize(path)

"""The real bloscpack behind a pipe: a line of JSON in, a line of JSON out, as many as are wanted.

A request is {"command": name, ...arguments}; the answer {"result": ...} or {"error": "Type: message"}.
"""
import hashlib
import json
import os
import sys
import warnings

import blosc
import bloscpack
import numpy
from bloscpack import append as appending
from bloscpack import file_io
from bloscpack.args import BloscArgs, BloscpackArgs, MetadataArgs


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def packing_args(request):
    """The arguments that all pack functions share."""
    names = {'blosc_args': BloscArgs, 'bloscpack_args': BloscpackArgs, 'metadata_args': MetadataArgs}
    args = {name: kind(**request[name]) for name, kind in names.items() if name in request}
    if 'chunk_size' in request:
        args['chunk_size'] = request['chunk_size']
    return args


def hello(request):
    return {
        'bloscpack': bloscpack.__version__,
        'blosc': blosc.__version__,
        'numpy': numpy.__version__,
        'codecs': blosc.compressor_list(),
    }


def pack(request):
    args = packing_args(request)
    bloscpack.pack_file_to_file(request['input'], request['output'], metadata=request.get('metadata'), **args)


def unpack(request):
    metadata = bloscpack.unpack_file_from_file(request['input'], request['output'])
    with open(request['output'], 'rb') as plain:
        return {'sha256': sha256(plain.read()), 'metadata': metadata}


def describe(array):
    return {
        'dtype': repr(array.dtype.descr) if array.dtype.names is not None else repr(array.dtype.str),
        'shape': list(array.shape),
        'fortran': bool(numpy.isfortran(array)),
        'sha256': sha256(array.tobytes(order='A')),
    }


def pack_ndarray(request):
    array = numpy.load(request['input'])
    bloscpack.pack_ndarray_to_file(array, request['output'], **packing_args(request))
    return describe(array)


def unpack_ndarray(request):
    return describe(bloscpack.unpack_ndarray_from_file(request['input']))


def load(request):
    return describe(numpy.load(request['input']))


def npy_take(request):
    """What NumPy's own indexing gives, lists along each axis by themselves (orthogonally)."""
    array = numpy.load(request['input'])
    keys = eval(f"numpy.s_[{request['key']}]", {'numpy': numpy})
    keys = keys if isinstance(keys, tuple) else (keys,)
    if Ellipsis in [key for key in keys if not isinstance(key, list)]:
        at = next(i for i, key in enumerate(keys) if key is Ellipsis)
        keys = keys[:at] + (slice(None),) * (array.ndim - len(keys) + 1) + keys[at + 1:]
    # From the last axis on, so that an axis which goes does not move the others.
    for axis in reversed(range(len(keys))):
        array = array[(slice(None),) * axis + (keys[axis],)]
    return describe(numpy.asarray(array, order='C'))


def append(request):
    args = {name: None for name in ('typesize', 'clevel', 'shuffle', 'cname')}
    args.update(request.get('blosc_args', {}))
    appending.append(request['archive'], request['input'], blosc_args=args)


def rewrite_metadata(request):
    with open(request['archive'], 'r+b') as archive:
        appending._seek_to_metadata(archive)
        appending._rewrite_metadata_fp(archive, request['metadata'])


def info(request):
    with open(request['input'], 'rb') as archive:
        header, metadata, _, offsets = file_io._read_beginning(archive)
    return {'header': dict(header), 'metadata': metadata, 'offsets': offsets}


def numpy_samples():
    """Arrays of every kind of dtype and layout, by name."""
    counts = numpy.arange(13 * 17)
    grid = counts.reshape(13, 17)
    rows = numpy.arange(600)
    plain = ['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16']
    arrays = {f'little-{code}': grid.astype(f'<{code}') for code in plain}
    arrays.update({f'big-{code}': grid.astype(f'>{code}') for code in plain[3:]})
    arrays.update({f'text-{code}': grid.astype(code) for code in ('S5', '<U3', '>U4')})
    arrays['datetime'] = rows.astype('<M8[ns]')
    arrays['timedelta-big'] = rows.astype('>m8[s]')
    arrays['void'] = numpy.frombuffer(bytes(range(240)), 'V6')
    arrays['itemsize-255'] = numpy.frombuffer(bytes(range(255)) * 7, 'V255')
    arrays['fortran'] = numpy.asfortranarray(grid.astype('<f8'))
    arrays['fortran-3d'] = numpy.asfortranarray(rows.reshape(5, 10, 12).astype('>i4'))
    arrays['fortran-1d'] = numpy.asfortranarray(rows)
    arrays['fortran-one-row'] = numpy.asfortranarray(rows.reshape(1, 600))
    arrays['transposed'] = grid.T
    arrays['slice'] = grid[::2, 1:9]
    arrays['zero-d'] = numpy.array(2.5)
    arrays['zero-d-text'] = numpy.array(b'abc')
    arrays['empty'] = numpy.zeros(0, '<f8')
    arrays['empty-2d'] = numpy.zeros((4, 0), '<i2')
    arrays['empty-fortran'] = numpy.zeros((0, 3), '<i2', order='F')
    arrays['one'] = numpy.array([7], '<u2')
    simple = numpy.zeros(333, [('x', '<i4'), ('y', '>f8'), ('name', 'S3')])
    simple['x'], simple['y'] = rows[:333], rows[:333] / 7
    arrays['structured'] = simple
    arrays['structured-fortran'] = numpy.asfortranarray(simple.reshape(9, 37))
    arrays['nested'] = numpy.zeros(50, [('a', [('b', '<i2'), ('c', '<f4')]), ('d', 'u1', (2, 3))])
    arrays['unicode-names'] = numpy.zeros(9, [('größe', '<f8'), ('データ', '<i4')])
    arrays['several-chunks'] = numpy.cumsum(numpy.sin(numpy.arange(300000))).astype('<f4').reshape(600, 500)
    arrays['several-chunks-fortran'] = numpy.asfortranarray(arrays['several-chunks'])
    return arrays


def save_samples(request):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # np.save warns of version 3.0 for names beyond Latin-1
        for name, array in numpy_samples().items():
            numpy.save(os.path.join(request['directory'], name + '.npy'), array)
    return list(numpy_samples())


SELECTED_DTYPES = [
    '|u1', '<i2', '>i4', '<f4', '>f8', '<c16', '|b1', '|S5', '<U3', '<M8[ns]',
    [('a', '<i4'), ('b', '>f8', (2, 3)), ('c', '|S3')],
    [('x', [('y', '<f4', (2,)), ('z', '|u1')], (2,)), ('w', '>u8')],
]


def random_key(random, extent):
    """A key along an axis, and how blpk writes it."""
    kind = random.integers(6) if extent > 0 else random.integers(2)
    if kind == 0:
        return slice(None), ':'
    if kind < 3:
        start, stop = (None if random.integers(3) == 0 else int(random.integers(-extent - 2, extent + 3)) for _ in range(2))
        step = [None, 1, 2, 3, -1, -2][random.integers(6)]
        text = ':'.join('' if limit is None else str(limit) for limit in (start, stop, step))
        return slice(start, stop, step), text
    if kind == 3:
        index = int(random.integers(-extent, extent))
        return index, str(index)
    indices = [int(index) for index in random.integers(-extent, extent, random.integers(5))]
    return indices, f'[{",".join(map(str, indices))}]'


def random_selection(random, array):
    """A selection as blpk takes it, and what it gives; lists select orthogonally."""
    keys, texts = zip(*[random_key(random, extent) for extent in array.shape]) if array.ndim else ((), ())
    keys, texts = list(keys), list(texts)
    if array.ndim > 1 and random.integers(3) == 0:
        hole = int(random.integers(array.ndim))
        keys[hole], texts[hole] = slice(None), '...'
    selected = array
    for axis in reversed(range(array.ndim)):
        key = numpy.array(keys[axis], dtype='i8') if isinstance(keys[axis], list) else keys[axis]
        # Behind the Ellipsis a single item stays an array, in its byte order.
        selected = selected[(slice(None),) * axis + (key, ...)]
    field = None
    if array.dtype.names and random.integers(2) == 0:
        field = str(random.choice(array.dtype.names))
        selected = selected[field]
    return ','.join(texts), field, numpy.array(selected, order='C')


def save_selections(request):
    """Random arrays with parts of them, as .npy files."""
    random = numpy.random.default_rng(request['seed'])
    cases = []
    for i in range(request['arrays']):
        shape = tuple(int(n) for n in random.integers(0 if i % 5 == 4 else 1, [400, 60, 20, 9][i % 4], i % 4 + (i % 8 < 4)))
        dtype = numpy.dtype(SELECTED_DTYPES[i % len(SELECTED_DTYPES)])
        items = int(numpy.prod(shape))
        data = random.integers(0, 3, items * dtype.itemsize, dtype='u1').tobytes()
        if dtype.kind == 'U':
            data = random.integers(65, 90, items * dtype.itemsize // 4, dtype='<u4').tobytes()
        array = numpy.frombuffer(data, dtype=dtype).reshape(shape)
        array = numpy.asfortranarray(array) if i % 3 == 1 else array
        name = f'selected-{i}'
        numpy.save(os.path.join(request['directory'], name + '.npy'), array)
        for k in range(request['parts']):
            keys, field, part = random_selection(random, array)
            numpy.save(os.path.join(request['directory'], f'{name}-{k}.npy'), part)
            cases.append({'name': name, 'part': f'{name}-{k}', 'slice': keys, 'field': field})
    return cases


def b2_versions(request):
    import blosc2

    return {'blosc2': blosc2.__version__, 'c_blosc2': blosc2.blosclib_version}


def b2_cparams(request):
    """Compression parameters by the names that are used on the other side."""
    import blosc2

    filters = {'shuffle': 1, 'bitshuffle': 2, 'delta': 3, 'trunc_prec': 4, 'bytedelta': 35, 'int_trunc': 36}
    codecs = {'blosclz': 0, 'lz4': 1, 'lz4hc': 2, 'zlib': 4, 'zstd': 5}
    names = [pair[0] for pair in request['filters']]
    return blosc2.CParams(
        codec=blosc2.Codec(codecs[request['codec']]),
        clevel=request.get('level', 5),
        typesize=request['typesize'],
        filters=[blosc2.Filter(filters[name]) for name in names],
        filters_meta=[pair[1] for pair in request['filters']],
        use_dict=request.get('use_dict', False),
        blocksize=request.get('blocksize', 0),
        nthreads=1,
    )


def b2_schunk(request):
    """Makes a frame out of the bytes of a file."""
    import blosc2

    with open(request['input'], 'rb') as plain:
        data = plain.read()
    schunk = blosc2.SChunk(
        chunksize=request['chunksize'], data=data, cparams=b2_cparams(request),
        urlpath=request['output'], mode='w', contiguous=request.get('contiguous', True),
    )
    for name, value in request.get('vlmeta', {}).items():
        schunk.vlmeta[name] = value


def b2_array(request):
    """Makes an array out of the bytes of a file."""
    import blosc2

    array = numpy.fromfile(request['input'], request['dtype']).reshape(request['shape'])
    blosc2.asarray(
        array, chunks=request.get('chunks'), blocks=request.get('blocks'), cparams=b2_cparams(request),
        urlpath=request['output'], mode='w',
    )


def b2_describe(request):
    """What a frame or an array is to python-blosc2, with the digest of its plain bytes and of slices."""
    import blosc2

    opened = blosc2.open(request['input'], mode='r')
    schunk = getattr(opened, 'schunk', opened)
    answer = {
        'nchunks': schunk.nchunks,
        'nbytes': schunk.nbytes,
        'typesize': schunk.typesize,
        # Digests are ours; what is asked for is what users put there.
        'vlmeta': {name: schunk.vlmeta[name] for name in schunk.vlmeta if name != 'blpk-xxh64'},
        'slices': [],
    }
    if isinstance(opened, blosc2.NDArray):
        plain = opened[()]
        answer.update(shape=list(opened.shape), chunks=list(opened.chunks), blocks=list(opened.blocks))
        answer['dtype'] = opened.dtype.str
        for pairs in request.get('slices', []):
            part = opened[tuple(slice(*pair) for pair in pairs)]
            answer['slices'].append(sha256(numpy.ascontiguousarray(part).tobytes()))
        answer['sha256'] = sha256(numpy.ascontiguousarray(plain).tobytes())
    else:
        answer['sha256'] = sha256(b''.join(schunk.decompress_chunk(i) for i in range(schunk.nchunks)))
        if 'items' in request:
            answer['part'] = sha256(schunk[slice(*request['items'])])
    return answer


def b2_from_npy(request):
    """Turns a .npy file into an array of C-Blosc2."""
    import blosc2

    blosc2.asarray(numpy.load(request['input']), urlpath=request['output'], mode='w')


def b2_to_npy(request):
    """Saves what python-blosc2 reads out of an array as a .npy file."""
    import blosc2

    numpy.save(request['output'], blosc2.open(request['input'], mode='r')[()])


def same_arrays(request):
    """Do two .npy files hold the same array, whatever their order?"""
    a, b = (numpy.load(request[name]) for name in ('input', 'output'))
    return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def b2_append(request):
    """Appends the bytes of a file to a frame, in place."""
    import blosc2

    with open(request['input'], 'rb') as plain:
        blosc2.open(request['archive'], mode='a').append_data(plain.read())


def b2_change(request):
    """Changes a frame in place, step by step."""
    import blosc2

    opened = blosc2.open(request['archive'], mode='a')
    schunk = getattr(opened, 'schunk', opened)
    for step in request['steps']:
        kind = step['kind']
        if kind in ('append', 'insert', 'update'):
            with open(step['input'], 'rb') as plain:
                data = plain.read()
        if kind == 'append':
            schunk.append_data(data)
        elif kind == 'insert':
            schunk.insert_data(step['index'], data, True)
        elif kind == 'update':
            schunk.update_data(step['index'], data, True)
        elif kind == 'delete':
            schunk.delete_chunk(step['index'])
        elif kind == 'set':
            schunk.vlmeta[step['name']] = step['value']
        elif kind == 'remove':
            del schunk.vlmeta[step['name']]
        elif kind == 'resize':
            opened.resize(tuple(step['shape']))
        else:
            raise ValueError(kind)


def b2_disturb(request):
    """Changes a frame in place as a reader of Blosc2 does that knows nothing of our checksums."""
    import blosc2

    opened = blosc2.open(request['archive'], mode='a')
    schunk = getattr(opened, 'schunk', opened)
    kind = request['kind']
    if kind == 'update':  # a chunk as large as the one before: nothing else of the frame changes
        plain = bytearray(schunk.decompress_chunk(1))
        schunk.update_data(1, bytes(plain[::-1]), copy=True)
    elif kind == 'vlmeta':
        schunk.vlmeta['note'] = 'changed'
    elif kind == 'meta':
        schunk.meta['own'] = request['value']
    elif kind == 'all':
        return {name: len(value) for name, value in schunk.vlmeta.getall().items()}
    else:
        raise ValueError(kind)


def b2_pack_tensor(request):
    import blosc2

    array = numpy.load(request['input'])
    blosc2.save_tensor(array, request['output'], mode='w')


def b2_unpack_tensor(request):
    import blosc2

    return describe(blosc2.load_tensor(request['input']))


def b2_vlmeta(request):
    """Sets and removes metalayers of variable length."""
    import blosc2

    schunk = blosc2.open(request['archive'], mode='a')
    for name, value in request['set'].items():
        schunk.vlmeta[name] = value
    for name in request['remove']:
        del schunk.vlmeta[name]


def b2_edit(request):
    """Inserts, updates and then deletes a chunk, in place."""
    import blosc2

    with open(request['input'], 'rb') as plain:
        data = plain.read()
    schunk = blosc2.open(request['archive'], mode='a')
    schunk.insert_data(request['insert'], data, True)
    schunk.update_data(request['update'], data, True)
    schunk.delete_chunk(request['remove'])


def b2_register(request):
    """Registers the codecs and the filter of python-blosc2's tutorial, for items of four bytes."""
    import blosc2

    def items(array):
        return array.view('<i4')

    def encode_arange(data, output, meta, schunk):
        steps = numpy.diff(items(data))
        if steps.min() != steps.max():
            return 0
        items(output[:8])[:] = items(data)[0], steps[0]
        return 8

    def decode_arange(data, output, meta, schunk):
        first, step = items(data)[:2]
        items(output)[:] = first + step * numpy.arange(output.size // 4, dtype='<i4')
        return output.size

    def encode_rest(data, output, meta, schunk):
        if (items(data)[1:] != items(data)[1]).any():
            return 0
        output[:8] = data[:8]
        return 8

    def decode_rest(data, output, meta, schunk):
        items(output)[0], items(output)[1:] = items(data)[0], items(data)[1]
        return output.size

    def differences(data, output, meta, schunk):
        items(output)[:] = numpy.diff(items(data), prepend=items(data).dtype.type(0))

    def sums(data, output, meta, schunk):
        items(output)[:] = numpy.cumsum(items(data), dtype='<i4')

    # They cannot be called by several threads.
    blosc2.set_nthreads(1)
    blosc2.register_codec('arange', 180, encode_arange, decode_arange)
    blosc2.register_codec('rest', 184, encode_rest, decode_rest)
    blosc2.register_filter(250, differences, sums)


def b2_tutorial(request):
    """Writes a frame by numbers of a codec and filters, and tells its ratio."""
    import blosc2

    schunk = blosc2.SChunk(
        chunksize=request['chunksize'], data=numpy.fromfile(request['input'], '<i4'), urlpath=request['output'],
        mode='w', dparams={'nthreads': 1}, cparams={
            'nthreads': 1, 'typesize': 4, 'codec': request['codec'], 'filters': request['filters'],
            'filters_meta': [0] * len(request['filters']),
        },
    )
    return schunk.cratio


def b2_tensor_npy(request):
    """Saves a packed tensor as a .npy file."""
    import blosc2

    numpy.save(request['output'], blosc2.load_tensor(request['input']))


def b2_objects(request):
    """Writes frames of every kind that are more than plain arrays."""
    from objects import write_objects

    return write_objects(request['directory'])


def b2_listed(request):
    """The values of an array of objects."""
    from objects import listed

    return listed(request['input'])


def h5(request):
    """Calls a function of hdf5.py with the arguments in their order."""
    import hdf5

    return getattr(hdf5, request['function'])(*request['arguments'])


def blosc1_chunk(data, typesize, setting):
    shuffle = ['none', 'byte', 'bit'].index(setting['shuffle'])
    return blosc.compress(data, typesize=typesize, clevel=setting['level'], shuffle=shuffle, cname=setting['codec'])


def blosc2_chunk(data, typesize, setting):
    import blosc2

    codec = getattr(blosc2.Codec, setting['codec'].upper())
    shuffles = {'none': 'NOFILTER', 'byte': 'SHUFFLE', 'bit': 'BITSHUFFLE'}
    return blosc2.compress2(
        data, codec=codec, clevel=setting['level'], filters=[getattr(blosc2.Filter, shuffles[setting['shuffle']])],
        filters_meta=[0], typesize=typesize, blocksize=setting['blockSize'], nthreads=1,
        splitmode=blosc2.SplitMode.FORWARD_COMPAT_SPLIT,
    )


def chunk_sizes(request):
    """The size and the first 32 bytes of the chunk that the bytes of a file become, for each of many settings."""
    with open(request['input'], 'rb') as plain:
        data = plain.read()
    answer = []
    for setting in request['settings']:
        make = blosc1_chunk if setting['format'] == 'blosc1' else blosc2_chunk
        chunk = make(data[:setting['most']], request['typesize'], setting)
        answer.append([len(chunk), chunk[:32].hex()])
    return answer


COMMANDS = [
    hello, pack, unpack, pack_ndarray, unpack_ndarray, load, npy_take, append, rewrite_metadata, info, save_samples,
    save_selections,
    b2_versions, b2_schunk, b2_array, b2_describe, b2_from_npy, b2_to_npy, same_arrays, b2_append, b2_change, b2_disturb,
    b2_vlmeta, b2_edit, b2_register, b2_tutorial, b2_pack_tensor, b2_unpack_tensor, b2_tensor_npy,
    b2_objects, b2_listed, chunk_sizes, h5,
]


def main():
    blosc.set_nthreads(1)
    # Nothing that a library prints may get between the answers.
    answers = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    os.dup2(2, 1)
    commands = {command.__name__: command for command in COMMANDS}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {'result': commands[request['command']](request)}
        except Exception as error:
            answer = {'error': f'{type(error).__name__}: {error}'}
        answers.write(json.dumps(answer, default=lambda value: value.hex()) + '\n')
        answers.flush()


main()

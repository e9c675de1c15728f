"""Cases of the HDF5 bench in Python: see hdf5_cases.mjs. The argument says which library reads: h5py, b2h5py or tables."""
import itertools
import json
import sys
import time

import numpy as np

READER = sys.argv[1]
NAME = "data"
CLOSE = []
kept = {}


def open_h5py(path):
    import h5py
    import hdf5plugin  # registers its filters

    file = h5py.File(path)
    CLOSE.append(file)
    return file[NAME]


def open_b2h5py(path):
    import b2h5py

    return b2h5py.B2Dataset(open_h5py(path))


def open_tables(path):
    import tables

    file = tables.open_file(path)
    CLOSE.append(file)
    return file.get_node(f"/{NAME}")


OPEN = {"h5py": open_h5py, "b2h5py": open_b2h5py, "tables": open_tables}[READER]


def keep(key, make):
    if key not in kept:
        kept[key] = make()
    return kept[key]


def numbers(shape):
    return np.linspace(0, 1, int(np.prod(shape)), dtype="<f4").reshape(shape)


def slice_case(path, axis, index, ndim):
    dataset = keep(path, lambda: OPEN(path))
    key = tuple(index if i == axis else slice(None) for i in range(ndim))
    return lambda: dataset[key]


def whole_case(path):
    dataset = keep(path, lambda: OPEN(path))
    return lambda: dataset[:]


def write_case(path, shape, chunks, codec, level):
    import h5py
    import hdf5plugin

    array = keep(str(shape), lambda: numbers(shape))

    def action():
        how = hdf5plugin.Blosc2(cname=codec, clevel=level, filters=hdf5plugin.Blosc2.SHUFFLE)
        with h5py.File(path, "w") as file:
            file.create_dataset(NAME, data=array, chunks=tuple(chunks), **how)
        return b""

    return action


def make_case(path, shape, chunks, blocks, codec, level):
    """A dataset whose chunks have the given blocks, which the filter would choose itself; not timed."""
    import blosc2
    import h5py
    import hdf5plugin

    cparams = {"codec": blosc2.Codec[codec.upper()], "clevel": level, "filters": [blosc2.Filter.SHUFFLE]}
    array = numbers(shape)
    with h5py.File(path, "w") as file:
        how = hdf5plugin.Blosc2(cname=codec, clevel=level, filters=hdf5plugin.Blosc2.SHUFFLE)
        dataset = file.create_dataset(NAME, shape, "<f4", chunks=tuple(chunks), **how)
        for start in itertools.product(*(range(0, n, c) for n, c in zip(shape, chunks))):
            plain = np.zeros(chunks, "<f4")
            part = array[tuple(slice(s, s + c) for s, c in zip(start, chunks))]
            plain[tuple(slice(n) for n in part.shape)] = part
            frame = blosc2.asarray(plain, chunks=chunks, blocks=blocks, cparams=cparams)
            dataset.id.write_direct_chunk(start, frame.to_cframe())
    return lambda: b""


def forget_case():
    kept.clear()
    while CLOSE:
        CLOSE.pop().close()
    return lambda: b""


def run(name, **args):
    action = globals()[f"{name}_case"](**args)
    start = time.perf_counter()
    result = action()
    seconds = time.perf_counter() - start
    if isinstance(result, bytes):
        result = np.frombuffer(result, "u1")
    first = np.ascontiguousarray(result).reshape(-1).view("u1")[: 1 << 20]
    return {"seconds": seconds, "check": int(first.sum(dtype="u8"))}


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)

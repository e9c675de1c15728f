"""Cases of the Blosc2 bench with python-blosc2: see blosc2_cases.mjs."""
import json
import sys
import time

import blosc2
import numpy as np

kept = {}


def keep(key, make):
    if key not in kept:
        kept[key] = make()
    return kept[key]


def cparams(codec, level):
    return {
        "codec": blosc2.Codec[codec.upper()],
        "clevel": level,
        "filters": [blosc2.Filter.SHUFFLE],
        "filters_meta": [0],
    }


def slice_case(path, axis, index, ndim):
    array = keep(path, lambda: blosc2.open(path, mode="r"))
    key = tuple(index if i == axis else slice(None) for i in range(ndim))
    return lambda: array[key]


def save_case(input, path, codec, level):
    array = keep(input, lambda: np.fromfile(input, "<f8"))

    def action():
        blosc2.save_tensor(array, path, mode="w", cparams=cparams(codec, level))
        return b""

    return action


def load_case(path):
    return lambda: blosc2.load_tensor(path)


def from_case(input, path, shape, chunks, blocks, codec, level):
    items = keep(input, lambda: np.fromfile(input, "<f4")).reshape(shape)

    def action():
        blosc2.asarray(
            items, chunks=chunks, blocks=blocks, urlpath=path, mode="w", cparams=cparams(codec, level)
        )
        return b""

    return action


def whole_case(path):
    array = keep(path, lambda: blosc2.open(path, mode="r"))
    return lambda: array[:]


def items_case(path, count):
    schunk = keep(path, lambda: blosc2.open(path, mode="r"))
    items = schunk.nbytes // schunk.typesize

    def action():
        state = 1
        parts = []
        for _ in range(count):
            state = (state * 1664525 + 1013904223) % 2**32
            at = state % items
            parts.append(schunk[at : at + 1])
        return b"".join(parts)

    return action


def forget_case():
    kept.clear()
    return lambda: b""


def make_case(input, path, typesize, codec, level):
    """A frame of a file of items; not timed against anything."""
    blosc2.SChunk(
        data=np.fromfile(input, "u1"),
        urlpath=path,
        mode="w",
        contiguous=True,
        cparams={**cparams(codec, level), "typesize": typesize},
    )
    return lambda: b""


def linspace_case(path, shape, chunks, blocks, codec, level):
    """The array of the LEAPS report; not timed against anything."""
    content = np.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    blosc2.asarray(
        content, chunks=chunks, blocks=blocks, urlpath=path, mode="w", cparams=cparams(codec, level)
    )
    return lambda: b""


def run(name, **args):
    action = globals()[f"{name}_case"](**args)
    start = time.perf_counter()
    result = action()
    seconds = time.perf_counter() - start
    start_bytes = np.frombuffer(result, "u1")[: 1 << 20] if isinstance(result, bytes) else (
        np.ascontiguousarray(result).reshape(-1).view("u1")[: 1 << 20]
    )
    return {"seconds": seconds, "check": int(start_bytes.sum(dtype="u8"))}


if len(sys.argv) > 1:
    run(**json.loads(sys.argv[1]))
else:
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)

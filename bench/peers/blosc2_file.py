"""Packs a file into a C-Blosc2 frame and back with two threads: c|d in out codec level typesize."""
import sys

import blosc2

CHUNK = 1 << 20
command, source, target, codec, level, typesize = sys.argv[1:7]
blosc2.set_nthreads(2)
if command == "c":
    cparams = {
        "codec": getattr(blosc2.Codec, codec.upper()),
        "clevel": int(level),
        "typesize": int(typesize),
        "nthreads": 2,
    }
    schunk = blosc2.SChunk(chunksize=CHUNK, cparams=cparams, contiguous=True, urlpath=target, mode="w")
    buffer = bytearray(CHUNK)
    with open(source, "rb", buffering=0) as file:
        while (n := file.readinto(buffer)) > 0:
            schunk.append_data(buffer if n == CHUNK else bytes(buffer[:n]))
else:
    schunk = blosc2.open(source, mode="r", dparams={"nthreads": 2})
    buffer = bytearray(CHUNK)
    with open(target, "wb", buffering=0) as file:
        for i in range(schunk.nchunks):
            size = min(CHUNK, schunk.nbytes - i * CHUNK)
            schunk.decompress_chunk(i, buffer)
            file.write(memoryview(buffer)[:size])

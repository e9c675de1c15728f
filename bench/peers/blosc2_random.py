"""Reads random 4 KiB ranges of a C-Blosc2 frame: in seed-count typesize; prints a checksum of what it read."""
import random
import sys
import zlib

import blosc2

source, count, typesize = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
blosc2.set_nthreads(2)
schunk = blosc2.open(source, mode="r", dparams={"nthreads": 2})
items = 4096 // typesize
state = 1
check = 0
for _ in range(count):
    state = (state * 1664525 + 1013904223) % 2**32
    start = state % (schunk.nbytes // typesize - items)
    check = zlib.crc32(schunk[start : start + items], check)
print(check)

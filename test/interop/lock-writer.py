"""Appends tagged records to a frame with locking: lock-writer.py <frame> <writer> <appends>"""

import sys

import blosc2
import numpy as np

RECORD = 1000

path, writer, appends = sys.argv[1], sys.argv[2], int(sys.argv[3])
opened = blosc2.open(path, mode="a", locking=True)
for i in range(appends):
    record = np.frombuffer((f"p{writer}-a{i};" * RECORD).encode()[:RECORD], dtype="u1")
    if isinstance(opened, blosc2.SChunk):
        opened.append_data(record)
    else:
        with opened.holding_lock():
            rows = opened.shape[0]
            opened.resize((rows + 1, RECORD))
            opened[rows] = record

"""Holds C-Blosc2's lock of a frame until its standard input ends: lock-holder.py <frame>"""

import sys

import blosc2

opened = blosc2.open(sys.argv[1], mode="a", locking=True)
with opened.holding_lock():
    print("held", flush=True)
    sys.stdin.read()

"""Packs and unpacks a file with bloscpack, as its command line does: c|d in out codec level typesize."""
import sys

import bloscpack as bp

command, source, target, codec, level, typesize = sys.argv[1:7]
if command == "c":
    args = bp.BloscArgs(typesize=int(typesize), clevel=int(level), shuffle=True, cname=codec)
    bp.pack_file_to_file(source, target, blosc_args=args)
else:
    bp.unpack_file_from_file(source, target)

"""bloscpack 0.16.0 takes MutableMapping from collections, where Python 3.10 no longer has it.

A .pth file imports this module when Python starts, so that the tool itself stays as it was published.
"""
import collections
import collections.abc

collections.MutableMapping = collections.abc.MutableMapping

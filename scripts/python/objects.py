"""Frames of python-blosc2 that are more than plain arrays, each written by the real thing."""
import os
from dataclasses import dataclass

import blosc2
import numpy


@dataclass
class Row:
    id: int = blosc2.field(blosc2.int64())
    text: str = blosc2.field(blosc2.vlstring(), default='')


def plus_one(inputs, output, offset):
    output[:] = inputs[0] + 1


def save(name, data):
    with open(name, 'wb') as file:
        file.write(data)


def c2array():
    cparams = {'codec': 5, 'clevel': 5, 'filters': [0, 0, 0, 0, 0, 1], 'filters_meta': [0] * 6, 'typesize': 8}
    schunk = {'cparams': cparams, 'vlmeta': {}, 'nbytes': 80, 'cbytes': 80, 'cratio': 1.0}
    meta = {'shape': [10], 'dtype': '<f8', 'chunks': [5], 'blocks': [5], 'schunk': schunk}
    return blosc2.C2Array('there/it.b2nd', 'http://127.0.0.1:1/', _meta=meta)


def proxy(source, name, part=None, **kwargs):
    made = blosc2.Proxy(source, urlpath=name, mode='w', **kwargs)
    if part is not None:
        made.fetch(part)


def write_objects(directory):
    """Writes them into a directory, and gives their names by what can be had of them."""
    before = os.getcwd()
    os.chdir(directory)
    try:
        return write_here()
    finally:
        os.chdir(before)


def write_here():
    source = blosc2.asarray(numpy.arange(1, 13, dtype='f8'), urlpath='src.b2nd', mode='w', chunks=(4,), blocks=(2,))
    zeros = blosc2.zeros(12, dtype='f8', urlpath='zeros.b2nd', mode='w', chunks=(4,), blocks=(2,))
    items = blosc2.SChunk(chunksize=4000, data=numpy.arange(2500, dtype='i4'), urlpath='src.b2f', mode='w',
                          cparams={'typesize': 4})
    (source * 2 + 4).save('lazyexpr.b2nd')
    (source * 2 + 4).save('lazysparse.b2nd', contiguous=False)
    save('lazycframe.b2nd', (source * 2).to_cframe())
    blosc2.lazyexpr('linspace(0, 1, 10)').save('lazyconstructor.b2nd')
    blosc2.lazyudf(plus_one, (source,), dtype=numpy.float64).save('lazyudf.b2nd')
    c2array().save('c2array.b2nd')
    proxy(source, 'proxynone.b2nd')
    proxy(source, 'proxyhalf.b2nd', slice(0, 5))
    proxy(source, 'proxysparse.b2nd', slice(0, 5), contiguous=False)
    proxy(items, 'proxyhalf.b2frame', slice(0, 1000))
    proxy(source, 'proxyall.b2nd', ())
    proxy(zeros, 'proxyzeros.b2nd', ())
    proxy(items, 'proxyall.b2frame', ())

    objects = blosc2.ObjectArray(urlpath='objects.b2frame', mode='w')
    for value in ({'a': 1}, 'text', [1, 2, 3], None):
        objects.append(value)
    batches = blosc2.BatchArray(urlpath='batches.b2frame', mode='w')
    batches.append([1, 2, 3])
    for storage in ('batch', 'vl'):
        lists = blosc2.ListArray(item_spec=blosc2.int64(), storage=storage, urlpath=f'lists{storage}.b2frame', mode='w')
        lists.append([1, 2])
        if storage == 'batch':
            lists.flush()
    embed = blosc2.EmbedStore(urlpath='embed.b2e', mode='w')
    embed['/a'] = numpy.arange(10)
    for name, kind in (('dict.b2d', blosc2.DictStore), ('dict.b2z', blosc2.DictStore), ('tree.b2z', blosc2.TreeStore)):
        with kind(name, mode='w', threshold=0) as store:
            store['/a'] = numpy.arange(10)
            store['/g/b'] = numpy.ones((3, 3))
    table = blosc2.CTable(Row, urlpath='table.b2d', mode='w')
    for i in range(20):
        table.append((i, f'row {i}'))
    table.close()
    return {
        'elsewhere': ['lazyexpr.b2nd', 'lazysparse.b2nd', 'lazycframe.b2nd', 'lazyconstructor.b2nd', 'lazyudf.b2nd',
                      'c2array.b2nd', 'proxynone.b2nd', 'proxyhalf.b2nd', 'proxysparse.b2nd', 'proxyhalf.b2frame'],
        'whole': ['proxyall.b2nd', 'proxyzeros.b2nd', 'proxyall.b2frame'],
        'other': ['objects.b2frame', 'batches.b2frame', 'listsbatch.b2frame', 'listsvl.b2frame', 'table.b2d/_meta.b2f',
                  'table.b2d/_cols/text.b2b', 'table.b2d/_cols/id.b2nd'],
        'stores': ['embed.b2e', 'dict.b2d', 'dict.b2z', 'tree.b2z', 'table.b2d'],
    }


def listed(name):
    """The values of an array of objects."""
    return [str(value) for value in blosc2.open(name)]

"""What the C library keeps of a large block that was freed."""

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys
from pathlib import Path
from lectern.memory import map_large_blocks

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

def touched(size):
    place = libc.malloc(size)
    ctypes.memset(place, 1, size)
    return place

if "mapped" in sys.argv:
    map_large_blocks()
libc.free(touched(24 * 2**20))  # from here on glibc keeps smaller blocks in the heap
before = megabytes()
large, above = touched(16 * 2**20), touched(100)
libc.free(large)
print(megabytes() - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc")
def test_a_large_block_goes_back_to_the_system_when_it_is_freed() -> None:
    kept = {
        name: float(subprocess.run([sys.executable, "-c", PROGRAM, name], check=True, capture_output=True).stdout)
        for name in ("mapped", "as it is")
    }
    assert kept["mapped"] < 1
    assert kept["as it is"] > 15

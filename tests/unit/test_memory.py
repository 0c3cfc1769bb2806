"""What the C library keeps of a large block that was freed."""

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys
from contextlib import nullcontext
from pathlib import Path
from lectern.memory import large_blocks_returned

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

def touched(size):
    place = libc.malloc(size)
    ctypes.memset(place, 1, size)
    return place

with large_blocks_returned() if "returned" in sys.argv else nullcontext():
    libc.free(touched(24 * 2**20))  # from here on glibc keeps smaller blocks in the heap
    before = megabytes()
    large, above = touched(16 * 2**20), touched(100)
    libc.free(large)
    print(megabytes() - before)
again, above = touched(16 * 2**20), touched(100)
libc.free(again)
print(megabytes() - before)
"""


def kept(how: str) -> list[float]:
    """Megabytes that are there after a block was freed, inside of where large ones are returned and after it."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc")
def test_a_large_block_is_returned_while_a_model_is_read_and_kept_for_the_next_run_after_that() -> None:
    inside, after = kept("returned")
    assert inside < 1
    assert after > 15
    assert kept("as it is")[0] > 15

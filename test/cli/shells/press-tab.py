"""Types lines into an interactive shell on a pseudo-terminal, with the tab key behind each.

Usage: press-tab.py LINES SHELL ARG... The shell shows READY> as its prompt, clears its line at ^U, and ends at ^D.
"""

import os
import pty
import select
import sys

pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])


def read(seconds):
    """What the shell writes; nothing at its end."""
    if not select.select([fd], [], [], seconds)[0]:
        sys.exit("the shell did not answer in time")
    try:
        return os.read(fd, 65536)
    except OSError:
        return b""


screen = b""
while b"READY> " not in screen:
    more = read(60)
    if not more:
        sys.exit("the shell ended before its prompt")
    screen += more
for line in sys.argv[1].split("\n"):
    os.write(fd, line.encode() + b"\t\x15")
os.write(fd, b"\x04")
while read(60):
    pass
os.waitpid(pid, 0)

"""A serial port without a wire: prints the path of a pseudo-terminal, then what is written to it, in hex."""
import os
import pty
import sys
import termios

end, port = pty.openpty()
print(os.ttyname(port), flush=True)
while True:
    data = os.read(end, 256)
    if not data:
        break
    _, _, cflag, _, speed, _, _ = termios.tcgetattr(port)
    words = [
        str(speed),
        "cs" + str(5 + ((cflag & termios.CSIZE) >> 4)),
        "2" if cflag & termios.CSTOPB else "1",
    ]
    print(data.hex(), *words, flush=True)
sys.exit(0)

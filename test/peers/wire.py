"""A wire between two network namespaces, for kernels without veth: frames of one tap device go to the other and back.

usage: wire.py NAMESPACE INTERFACE NAMESPACE INTERFACE; prints "ready" when both are there.
"""
import ctypes
import fcntl
import os
import select
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x0002 | 0x1000
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def tap(namespace, interface):
    with open(f"/run/netns/{namespace}") as target:
        if libc.setns(target.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH14x", interface.encode(), IFF_TAP_NO_PI))
    return device


one, other = tap(*sys.argv[1:3]), tap(*sys.argv[3:5])
print("ready", flush=True)
while True:
    for device in select.select([one, other], [], [])[0]:
        try:
            os.write(other if device == one else one, os.read(device, 65536))
        except OSError:
            pass  # An interface that is down.

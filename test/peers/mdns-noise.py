"""What no implementation of DNS-SD would send: broken packets by the thousand, then one with very many questions.

usage: mdns-noise.py OWN_ADDRESS CAMERA_ADDRESS; prints how many answers the camera gave to the questions within a second.
"""
import random
import socket
import struct
import sys
import time

own, camera = sys.argv[1:3]
GROUP = ("224.0.0.251", 5353)
dice = random.Random(7)


def name(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".")) + b"\0"


def question(text, kind):
    return name(text) + struct.pack(">HH", kind, 1)


def query(questions, flags=0):
    return struct.pack(">6H", 0, flags, len(questions), 0, 0, 0) + b"".join(questions)


sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
listener.bind(("", 5353))
group = socket.inet_aton(GROUP[0]) + socket.inet_aton(own)
listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
listener.settimeout(0.1)

good = [
    query([question("_http._tcp.local", 12)]),
    query([question("_services._dns-sd._udp.local", 255), question("local", 1)]),
    query([question("toString.__proto__.constructor", 16), question("", 12)]),
]
# A name that points at itself, one that points behind the end, counts without content, a response, an update.
for packet in [
    query([b"\xc0\x0c" + struct.pack(">HH", 12, 1)]),
    query([b"\xff\xff" + struct.pack(">HH", 12, 1)]),
    struct.pack(">6H", 0, 0, 65535, 65535, 65535, 65535),
    query([question("_http._tcp.local", 12)], 0x8400),
    query([question("x" * 63 + "." + "y" * 63 + ".z" * 60, 33)], 0x2800),
    b"",
]:
    for target in [GROUP, (camera, 5353)]:
        sender.sendto(packet, target)
for round in range(3000):
    packet = bytearray(dice.choice(good))
    for _ in range(dice.randrange(1, 8)):
        packet[dice.randrange(len(packet))] = dice.randrange(256)
    packet = packet[: dice.randrange(1, len(packet) + 1)] if dice.random() < 0.3 else packet
    sender.sendto(bytes(packet), dice.choice([GROUP, (camera, 5353)]))
    if round % 100 == 0:
        time.sleep(0.005)

# What those have asked for has been answered before it counts.
time.sleep(1.5)
try:
    while True:
        listener.recv(9000)
except TimeoutError:
    pass
sender.sendto(query([question("_http._tcp.local", 12)] * 60), (camera, 5353))
answers = 0
end = time.monotonic() + 1
while time.monotonic() < end:
    try:
        packet, (source, _) = listener.recvfrom(9000)
        answers += source == camera and packet[2] >= 0x80
    except TimeoutError:
        pass
print(answers)

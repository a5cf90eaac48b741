"""Prints what python-zeroconf finds of a DNS-SD type: one JSON line when a service comes, changes or goes."""
import json
import socket
import sys
import time

from zeroconf import ServiceBrowser, ServiceListener, Zeroconf


class Printer(ServiceListener):
    def say(self, what, zeroconf, kind, name):
        info = zeroconf.get_service_info(kind, name) if what != "gone" else None
        # One write, because each browser has a thread of its own.
        sys.stdout.write(json.dumps({
            "what": what,
            "name": name,
            "port": info.port if info else 0,
            "addresses": [socket.inet_ntoa(one) for one in info.addresses] if info else [],
            "uid": info.properties.get(b"uid", b"").decode() if info else "",
        }) + "\n")
        sys.stdout.flush()

    def add_service(self, zeroconf, kind, name):
        self.say("found", zeroconf, kind, name)

    def update_service(self, zeroconf, kind, name):
        self.say("changed", zeroconf, kind, name)

    def remove_service(self, zeroconf, kind, name):
        self.say("gone", zeroconf, kind, name)


zeroconf = Zeroconf(interfaces=[sys.argv[1]])
browsers = [ServiceBrowser(zeroconf, kind, Printer()) for kind in sys.argv[2:]]
while True:
    time.sleep(1)

"""NetworkManager on a machine of its own, in the network and mount namespaces it is started in: with a bus that nobody else
uses, and folders that are not those of this machine.

usage: network-manager.py FOLDER; the bus is FOLDER/bus.
"""
import os
import subprocess
import sys

from bus import start_bus

folder = sys.argv[1]

MANAGER = f"""[main]
plugins=keyfile
auth-polkit=false
dhcp=internal
rc-manager=unmanaged
no-auto-default=*
[keyfile]
path={folder}/connections
unmanaged-devices=none
[device]
match-device=interface-name:eth0
managed=1
"""


for own in ["/run/NetworkManager", "/var/lib/NetworkManager"]:
    os.makedirs(own, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", own], check=True)
# Where it may not write there it does not wait for udev, of which there is none.
subprocess.run(["mount", "-o", "remount,ro", "/sys"], check=True)
with open(f"{folder}/manager.conf", "w") as file:
    file.write(MANAGER)
start_bus(folder)
os.execv(
    "/usr/sbin/NetworkManager",
    ["NetworkManager", "--no-daemon", f"--config={folder}/manager.conf", f"--config-dir={folder}/none"],
)

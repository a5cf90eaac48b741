"""NetworkManager on a machine of its own, in the network and mount namespaces it is started in: with a bus that nobody else
uses, and folders that are not those of this machine.

usage: network-manager.py FOLDER; the bus is FOLDER/bus.
"""
import os
import subprocess
import sys

folder = sys.argv[1]

BUS = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/> <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""

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


def write(name, text):
    with open(f"{folder}/{name}", "w") as file:
        file.write(text)


for own in ["/run/NetworkManager", "/var/lib/NetworkManager"]:
    os.makedirs(own, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", own], check=True)
# Where it may not write there it does not wait for udev, of which there is none.
subprocess.run(["mount", "-o", "remount,ro", "/sys"], check=True)
write("bus.conf", BUS)
write("manager.conf", MANAGER)
bus = subprocess.Popen(
    ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address"],
    stdout=subprocess.PIPE,
)
bus.stdout.readline()
os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={folder}/bus"
os.execv(
    "/usr/sbin/NetworkManager",
    ["NetworkManager", "--no-daemon", f"--config={folder}/manager.conf", f"--config-dir={folder}/none"],
)

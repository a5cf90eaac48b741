"""A system bus of one's own, for programs that shall not meet those of this machine."""
import os
import subprocess

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/> <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


def start_bus(folder):
    """Its socket is FOLDER/bus; this process and those it starts find it."""
    address = f"unix:path={folder}/bus"
    with open(f"{folder}/bus.conf", "w") as file:
        file.write(CONFIGURATION.format(address=address))
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    bus.stdout.readline()
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
    return bus

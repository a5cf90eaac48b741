"""A host with a Wi-Fi adapter and a modem, as its programs nmcli and mmcli see one: NetworkManager and ModemManager are imitated by
python-dbusmock, on a bus of their own.

usage: host-radio.py FOLDER; prints "ready". What ModemManager is asked for stands in FOLDER/modem.log. Ends with its standard input.
"""
import subprocess
import sys
import time

import dbus

from bus import start_bus

folder = sys.argv[1]
bus_daemon = start_bus(folder)
bus = dbus.SystemBus()
MOCK = "org.freedesktop.DBus.Mock"
MANAGER = "org.freedesktop.NetworkManager"
MODEM_MANAGER = "org.freedesktop.ModemManager1"
MODEM_MANAGER_PATH = "/org/freedesktop/ModemManager1"
MODEM = f"{MODEM_MANAGER_PATH}/Modem/0"
NEEDS_PASSWORD = 0x400


def start(name, *args):
    program = ["/usr/bin/python3", "-m", "dbusmock", "--system", *args]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    while not bus.name_has_owner(name):
        time.sleep(0.05)
    return process


def mock(name, path):
    return dbus.Interface(bus.get_object(name, path), MOCK)


processes = [
    start(MANAGER, "--template", "networkmanager"),
    start(
        MODEM_MANAGER,
        *["--is-object-manager", "--logfile", f"{folder}/modem.log"],
        *[MODEM_MANAGER, MODEM_MANAGER_PATH, MODEM_MANAGER],
    ),
]
manager = mock(MANAGER, "/org/freedesktop/NetworkManager")
adapter = manager.AddWiFiDevice("adapter", "wlan7", 30)
WIRELESS = f"{MANAGER}.Device.Wireless"
device = mock(MANAGER, adapter)
device.AddProperty(WIRELESS, "LastScan", dbus.Int64(1))
# nmcli waits for a time after its own.
NOW = '__import__("time").clock_gettime_ns(7) // 1_000_000'  # CLOCK_BOOTTIME
scan = f'self.UpdateProperties("{WIRELESS}", {{"LastScan": dbus.Int64({NOW})}})'
device.AddMethod(WIRELESS, "RequestScan", "a{sv}", "", scan)
for number, (ssid, percent, security) in enumerate([
    ("Home", 40, NEEDS_PASSWORD),
    ("Home", 82, NEEDS_PASSWORD),
    ("Open: \\ x", 30, 0),
]):
    hardware = f"00:23:F8:7E:12:{number:02}"
    manager.AddAccessPoint(adapter, f"AP{number}", ssid, hardware, 2, 2425, 5400, percent, security)

simple = f"{MODEM_MANAGER}.Modem.Simple"
mock(MODEM_MANAGER, MODEM_MANAGER_PATH).AddObject(
    MODEM, f"{MODEM_MANAGER}.Modem", {"Model": "Mock", "State": dbus.Int32(8)}, dbus.Array([], signature="(ssss)")
)
modem = mock(MODEM_MANAGER, MODEM)
# An interface without a property would not be told.
modem.AddProperties(simple, {"Mock": True})
modem.AddMethod(simple, "Connect", "a{sv}", "o", f'ret = dbus.ObjectPath("{MODEM_MANAGER_PATH}/Bearer/0")')
modem.AddMethod(simple, "Disconnect", "o", "", "")
print("ready", flush=True)
sys.stdin.read()
for process in [*processes, bus_daemon]:
    process.kill()

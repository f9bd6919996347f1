"""May this process have a network of its own?  Run as a program, in a process that is thrown away.

    python own_network.py
    {"ok": true, "step": "a packet socket on it"}

Linux gives an ordinary user a network of its own inside a *user namespace* (man 7 user_namespaces),
unless the machine's keeper says no.  Where a step fails, its name and the reason are printed.
"""

import ctypes
import json
import os
import socket
import struct

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # <sched.h>
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1  # <linux/sockios.h>, <linux/if.h>


def new_network() -> None:
    """Leave the machine's network for an empty one, in which we are root."""
    user, group = os.getuid(), os.getgid()
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    if user == 0 and unshare(CLONE_NEWNET) == 0:
        return  # the real root needs no namespace of users
    if unshare(CLONE_NEWUSER | CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    for file, text in ("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1"):
        with open(f"/proc/self/{file}", "w") as map_:
            map_.write(text)


def loopback_up() -> None:
    """Switch its loopback interface on: AppArmor gives the namespace and takes the right to use it."""
    import fcntl  # not on Windows, which never comes here

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def port_25() -> None:
    """Take SMTP's own port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("127.0.0.1", 25))


def packet_socket() -> None:
    """Listen to the cable."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as ear:
        ear.bind(("lo", 3))  # 3: ETH_P_ALL, every protocol


STEPS = {
    "a network of its own": new_network,
    "its loopback interface": loopback_up,
    "port 25 on it": port_25,
    "a packet socket on it": packet_socket,
}


def main() -> None:
    """Take the steps one after the other; print how far that went."""
    step = ""
    try:
        for step, take in STEPS.items():
            take()
    except (OSError, AttributeError) as error:  # AttributeError: this system knows no such thing
        print(json.dumps({"ok": False, "step": step, "error": str(error)}))
    else:
        print(json.dumps({"ok": True, "step": step}))


if __name__ == "__main__":
    main()

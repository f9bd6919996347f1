"""oak.example: a provider as it is found in the world, with a real Postfix and a real Dovecot.

::

    mx.birch.example --SMTP--> Postfix --LMTP--> Dovecot --IMAP--> Olga's mail program
    mx.cedar.example <--SMTP-- Postfix <--SMTP-- Olga's mail program

Both are started on private configurations in a folder of their own, on ports and an address (127.0.4.25)
of their own; what is installed on this machine besides is neither read nor changed.
"""

import imaplib
import os
import shutil
import smtplib
import socket
import subprocess
import time
from pathlib import Path

import trustme
from village_up import PATIENCE

ADDRESS, HOST, OLGA = "127.0.4.25", "mx.oak.example", "olga@oak.example"

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mx.oak.example
myorigin = oak.example
mydestination = oak.example
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.4.0/24
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
mailbox_transport = lmtp:inet:127.0.4.25:{lmtp}
local_recipient_maps = inline:{{ olga=here }}
alias_maps =
transport_maps = inline:{{ {routes} }}
smtp_dns_support_level = disabled
smtp_bind_address = 127.0.4.25
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = hostname
smtp_tls_CAfile = {ca}
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/server.pem
smtpd_forbid_bare_newline = yes
minimal_backoff_time = 1s
queue_run_delay = 1s
"""
MASTER_CF = """\
127.0.4.25:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
local unix - n n - - local
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT_CONF = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.4.25
ssl = no
disable_plaintext_auth = no
first_valid_uid = 0
mail_location = maildir:{folder}/mail/%n
auth_username_format = %Ln
lmtp_save_to_detail_mailbox = no
passdb {{
  driver = static
  args = password=acorns
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


def free_port() -> int:
    with socket.create_server((ADDRESS, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((ADDRESS, port), PATIENCE).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens at {ADDRESS} port {port}"
            time.sleep(0.02)


def run(folder: Path, *command: str) -> None:
    """Run a command; it writes into a file, for a daemon that it leaves behind would keep a pipe open."""
    said = folder / "said"
    with said.open("ab") as out:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=PATIENCE, check=False
        )
    assert ended.returncode == 0, f"{command}: {said.read_text()}"


class Dovecot:
    """Keeps Olga's mail: LMTP in, IMAP out."""

    def __init__(self, program: str, folder: Path) -> None:
        self._folder, self._program = folder, program
        self.imap, self.lmtp = free_port(), free_port()
        self._config = folder / "dovecot.conf"
        self._config.write_text(DOVECOT_CONF.format(folder=folder, imap=self.imap, lmtp=self.lmtp))
        mail = folder / "mail"
        mail.mkdir()
        os.chown(mail, 65534, 65534)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        run(self._folder, self._program, "-c", str(self._config))
        for port in self.imap, self.lmtp:
            wait_until_it_listens(port)

    def stop(self) -> None:
        """End it."""
        run(self._folder, self._program, "-c", str(self._config), "stop")

    def mailbox(self) -> imaplib.IMAP4:
        """A connection to Olga's mailbox."""
        box = imaplib.IMAP4(ADDRESS, self.imap, timeout=PATIENCE)
        box.login(OLGA, "acorns")
        return box


class Postfix:
    """Takes mail for oak.example, and carries what Olga writes to the village.

    Args:
        routes: for each domain the host and port of its mail server, since Postfix cannot ask a name server
            at an unusual port.
        ca: whom to trust; TLS is a must on the way out.
    """

    def __init__(
        self, program: str, folder: Path, lmtp: int, routes: dict[str, tuple[str, int]], ca: Path
    ) -> None:
        self._folder, self._program, self._etc = folder, program, folder / "etc"
        self.smtp = free_port()
        for name in "etc", "queue", "data":
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        authority = trustme.CA()
        authority.issue_cert(HOST, ADDRESS).private_key_and_cert_chain_pem.write_to_path(
            folder / "server.pem"
        )
        daemons = next(
            path for path in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if os.path.isdir(path)
        )
        (self._etc / "main.cf").write_text(MAIN_CF.format(
            folder=folder, daemons=daemons, lmtp=lmtp, ca=ca,
            routes=", ".join(f"{{{domain}=smtp:[{host}]:{port}}}" for domain, (host, port) in routes.items()),
        ))  # fmt: skip
        (self._etc / "master.cf").write_text(MASTER_CF.format(smtp=self.smtp))

    def start(self) -> None:
        """Start it, and wait until it listens."""
        run(self._folder, self._program, "-c", str(self._etc), "start")
        wait_until_it_listens(self.smtp)

    def stop(self) -> None:
        """End it, with all processes that it has started."""
        run(self._folder, self._program, "-c", str(self._etc), "stop")

    def submit(self, recipients: list[str], *letters: bytes, wishes: tuple[str, ...] = ()) -> None:
        """Hand in what Olga has written."""
        with smtplib.SMTP(ADDRESS, self.smtp, timeout=PATIENCE, source_address=(ADDRESS, 0)) as server:
            for letter in letters:
                server.sendmail(OLGA, recipients, letter, ["BODY=8BITMIME"], wishes)

    def wait_for_log(self, words: str) -> None:
        """Wait until Postfix has written something down."""
        deadline = time.monotonic() + PATIENCE
        while words not in (self._folder / "postfix.log").read_text(errors="replace"):
            assert time.monotonic() < deadline, f"Postfix did not note {words!r}"
            time.sleep(0.05)

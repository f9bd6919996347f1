"""The loopback ground: places that are kept, programs that are attached, and no way out."""

import errno
import socket
from collections.abc import Iterator

import pytest

from mailkit.ground.loopback import LoopbackGround

MX, LAPTOP = "mx.cedar.example", "laptop-bob.cedar.example"


@pytest.fixture
def ground() -> Iterator[LoopbackGround]:
    ground = LoopbackGround()
    yield ground
    ground.close()


def call(ground: LoopbackGround, host: str = MX, port: int = 25) -> socket.socket:
    return ground.connect(LAPTOP, ground.address(host), port, timeout=5)


def test_a_host_is_reached_at_its_standard_port(ground: LoopbackGround) -> None:
    with ground.listen(MX, 25) as listener, call(ground) as caller:
        accepted, address = listener.accept()
        accepted.close()
        assert caller.getpeername() == ground.reached(MX, 25)
        assert ground.place(address).host == LAPTOP


def test_a_place_is_kept_while_its_service_is_stopped(ground: LoopbackGround) -> None:
    ground.listen(MX, 25).close()
    ground.release(MX, 25)
    where = ground.reached(MX, 25)
    with pytest.raises(ConnectionRefusedError):
        call(ground)
    with socket.socket() as other, pytest.raises(OSError):
        other.bind(where)
    with ground.listen(MX, 25) as again:
        assert again.getsockname() == where
        call(ground).close()


def test_every_place_is_given_back_at_the_end(ground: LoopbackGround) -> None:
    ground.listen(MX, 25).close()
    ground.release(MX, 25)
    ground.close()
    with socket.socket() as other:
        other.bind(ground.reached(MX, 25))


@pytest.mark.parametrize("port_base", [1, 1023, 65501, -5])
def test_a_port_base_that_nobody_may_open_is_refused(port_base: int) -> None:
    with pytest.raises(ValueError, match=f"from 1024 to 65500, but this is {port_base}"):
        LoopbackGround(port_base)


def test_a_port_that_is_taken_is_named(ground: LoopbackGround) -> None:
    with ground.listen(MX, 25) as listener:
        other = LoopbackGround(listener.getsockname()[1] - 11)  # cedar's first service is number 11
        with pytest.raises(OSError, match="wanted for mx.cedar.example's port 25.*another program has it"):
            other.listen(MX, 25)


@pytest.mark.parametrize("address", ["192.0.2.1", "127.0.0.1", "10.0.0.1"])
def test_no_way_leads_out_of_the_village(ground: LoopbackGround, address: str) -> None:
    with pytest.raises(OSError) as refused:
        ground.connect(LAPTOP, address, 25)
    assert refused.value.errno == errno.ENETUNREACH


def test_who_does_not_listen_refuses(ground: LoopbackGround) -> None:
    with pytest.raises(ConnectionRefusedError):
        call(ground, port=80)


def test_a_program_outside_can_be_attached(ground: LoopbackGround) -> None:
    with socket.create_server(("127.0.0.1", 0)) as postfix:
        ground.attach("mx.oak.example", "127.0.0.1", {25: postfix.getsockname()[1]})
        with call(ground, "mx.oak.example"):
            postfix.accept()[0].close()
        with pytest.raises(ConnectionRefusedError):
            call(ground, "mx.oak.example", 587)


@pytest.mark.parametrize(
    ("address", "why"),
    [("192.0.2.1", "nothing leaves this machine"), ("127.0.3.25", "where mx.cedar.example lives")],
)
def test_what_cannot_be_attached(ground: LoopbackGround, address: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ground.attach("mx.oak.example", address, {25: 2525})

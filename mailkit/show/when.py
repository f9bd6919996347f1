"""How long after the beginning: times in the margin of a picture."""


def since(start: float, time: float) -> str:
    """The time from `start` to `time`, as exact as is useful.

    >>> since(0, 0.0123), since(0, 2.5), since(0, 4 * 3600 + 90), since(0, 200_000)
    ('12.3 ms', '2.50 s', '4 h 01 min', '2 d 07 h')
    """
    passed = time - start
    sign, passed = ("-" if passed < 0 else ""), abs(passed)
    if passed < 0.9995:
        return f"{sign}{passed * 1000:.1f} ms"
    if passed < 59.995:
        return f"{sign}{passed:.2f} s"
    minutes, seconds = divmod(round(passed), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{sign}{days} d {hours:02} h"
    return f"{sign}{hours} h {minutes:02} min" if hours else f"{sign}{minutes} min {seconds:02} s"

"""When the database cannot be reached: how to tell, and how to go on once it can."""

import logging
import threading
import time
from collections.abc import Callable
from itertools import chain, repeat

import psycopg
from django.db import Error, close_old_connections, connection

logger = logging.getLogger("comptoir")

#: SQLSTATEs of a server that is stopped or starting (57P, 08) or full up (53); a broken line has none.
AWAY = ("08", "53", "57P")
#: How long is waited before each next look, in seconds.
PAUSES_S = (0.5, 1, 2, 4, 8)
LONGEST_PAUSE_S = 15


def is_away(error: BaseException) -> bool:
    """Whether the database is not there, rather than refusing what was asked of it."""
    cause = error.__cause__ if isinstance(error, Error) else None
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(AWAY)


def wait_for_database() -> None:
    """Come back when the database answers again; looks less and less often."""
    logger.warning("the database does not answer; asking until it does")
    for pause_s in chain(PAUSES_S, repeat(LONGEST_PAUSE_S)):
        time.sleep(pause_s)
        connection.close()
        try:
            connection.ensure_connection()
        except Error as error:
            if not is_away(error):
                raise
        else:
            break
    logger.warning("the database answers again")


def repeat_until(
    stop: threading.Event, work: Callable[[], object], *, rest: Callable[[], object], what: str
) -> None:
    """Work round by round until told to stop, and rest after each that found nothing to do.

    A failure is logged and survived. While the database is away it rests without a word: ``wait_for_database`` has said so.
    """
    while not stop.is_set():
        done: object = None
        try:
            close_old_connections()
            done = work()
        except Exception as error:
            if is_away(error):
                stop.wait(PAUSES_S[0])
            else:
                logger.exception("%s stumbled and goes on", what)
        if not done:
            rest()

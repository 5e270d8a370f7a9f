"""Pages that are the same for everybody: drawn once in a few seconds a process, compressed once, checked by a validator."""

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from comptoir.conf import conf as core_conf
from comptoir_web.conf import conf

#: Pages kept at once in a process, the ones asked for last; a compressed page has about 20 kB.
MOST_KEPT = 500
#: Longer addresses are drawn each time: nobody should fill the memory with questions.
LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class Kept:
    """A page as it is sent."""

    etag: str
    body: bytes
    small_body: bytes
    content_type: str
    language: str
    until: float


_kept: OrderedDict[str, Kept] = OrderedDict()


def answer(request: HttpRequest, draw: Callable[[], HttpResponse]) -> HttpResponse:
    """The page, or 304 for who has it already. What is not a plain 200 is sent as it was drawn, and kept by nobody."""
    address = request.get_full_path()
    page = _kept.get(address)
    if page is None or page.until < time.monotonic():
        response = draw()
        if response.status_code != 200 or response.cookies:
            return response
        page = _keep(address, response)
    return _sent(request, page)


def forget_pages() -> None:
    """Draw every page afresh at its next request, in this process."""
    _kept.clear()


def _keep(address: str, response: HttpResponse) -> Kept:
    body = response.content
    page = Kept(
        etag=f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        body=body,
        small_body=gzip.compress(body, compresslevel=6, mtime=0),
        content_type=response["Content-Type"],
        language=response.get("Content-Language", ""),
        until=time.monotonic() + conf.PAGE_S,
    )
    if conf.PAGE_S and len(address) <= LONGEST_ADDRESS:
        _kept[address] = page
        _kept.move_to_end(address)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return page


def _sent(request: HttpRequest, page: Kept) -> HttpResponse:
    if page.etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(
            page.small_body, content_type=page.content_type, headers={"Content-Encoding": "gzip"}
        )
    else:
        response = HttpResponse(page.body, content_type=page.content_type)
    response["ETag"] = page.etag
    response["Content-Language"] = page.language
    # Browsers ask each time, which costs a 304; caches between may answer for as long as those of the API.
    response["Cache-Control"] = f"public, max-age=0, s-maxage={core_conf.CACHE_S}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response

"""The process that makes a PDF: reads a page (JSON) from its input, writes the document to its output.

A process of its own, since laying out pages takes seconds of Python: nobody else's request waits for it, what it takes
of memory goes with it, and it ends when its time is up. Nothing is fetched, neither from the network nor from the disk:
style sheet and pictures are in the page (`data:`, RFC 2397). The document is PDF/UA-1 (ISO 14289-1): tagged, with a
language and a title. It imports nothing else of ours, so that it is quick to start.
"""

from __future__ import annotations

import logging
import resource
import sys

import msgspec

MEMORY = 2 * 2**30  # bytes of address space
SECONDS = 60  # of processor


class Order(msgspec.Struct):
    """What is to be made: a page (HTML) with all that it needs, and what tells the document from others."""

    page: str
    identifier: str


def typeset(order: Order) -> bytes:
    """The document. Raises FatalURLFetchingError where the page asks for anything that is not in it."""
    from weasyprint import HTML  # a second's work, and who only places an order needs none of it
    from weasyprint.urls import URLFetcher

    closed = URLFetcher(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True)
    made = HTML(string=order.page, url_fetcher=closed).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=order.identifier.encode()
    )
    return bytes(made)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable(logging.WARNING)
    sys.stdout.buffer.write(typeset(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))


if __name__ == "__main__":
    main()

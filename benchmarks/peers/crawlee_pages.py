"""The hall's pages by crawlee, over HTTP (``parsel``) or in a browser (``playwright``); see ``scrapy_pages.py``.

Runs in the peers' environment.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from typing import Any

from crawlee import ConcurrencySettings, Request
from crawlee.storage_clients import MemoryStorageClient
from parsel import Selector

order = json.load(sys.stdin)
told: dict[str, Any] = {"seconds": 0.0, "rows": 0, "details": 0}
SHOWN = 20


def crawler_of(kind: str) -> Any:
    """Return the crawler of a kind, with as many requests at a time as connections are allowed."""
    limit = order["connections"]
    shared = {
        "concurrency_settings": ConcurrencySettings(
            min_concurrency=limit, max_concurrency=limit, desired_concurrency=limit
        ),
        "storage_client": MemoryStorageClient(),
        "configure_logging": False,
    }
    if kind == "parsel":
        from crawlee.crawlers import ParselCrawler

        return ParselCrawler(**shared)
    from crawlee.crawlers import PlaywrightCrawler

    return PlaywrightCrawler(
        browser_launch_options={"executable_path": order["program"], "chromium_sandbox": False}, headless=True, **shared
    )


async def main() -> None:
    """Crawl and tell."""
    logging.disable(logging.CRITICAL)
    crawler = crawler_of(sys.argv[1])
    start = time.perf_counter()

    async def read(context: Any) -> None:
        selector = context.selector if sys.argv[1] == "parsel" else Selector(await context.page.content())
        if "/rows/" in context.request.url:
            selector.css("td::text").getall()
            told["details"] += 1
            return
        rows = selector.css("tr.row")
        [row.css("td::text").getall() for row in rows]
        told["rows"] += len(rows)
        more = [order["host"] + row.css("a::attr(href)").get() for row in rows] if order["details"] else []
        if context.request.url.endswith("page=1"):
            total = int(selector.css(".total::text").re_first(r"\d+"))
            more += [f"{order['host']}/pages?page={each}" for each in range(2, -(-total // SHOWN) + 1)]
        await context.add_requests([Request.from_url(url) for url in more])

    crawler.router.default_handler(read)
    await crawler.run([f"{order['host']}/pages?page=1"])
    told["seconds"] = time.perf_counter() - start
    print(json.dumps(told))


asyncio.run(main())

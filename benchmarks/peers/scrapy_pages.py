"""The hall's pages by scrapy-playwright: reads an order as JSON from stdin, prints seconds, rows and details.

Runs in the peers' environment; see ``benchmarks/collector.py`` for the order.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

order = json.load(sys.stdin)
told: dict[str, Any] = {"seconds": 0.0, "rows": 0, "details": 0}
began = 0.0
SHOWN = 20


class Hall(scrapy.Spider):  # type: ignore[misc]
    """Renders every page in the browser, as many at a time as connections are allowed."""

    name = "hall"

    async def start(self) -> Any:
        """Ask for the first page."""
        global began  # noqa: PLW0603 - one crawl in this process
        began = time.perf_counter()
        yield self.page(1)

    def page(self, number: int) -> Any:
        """Return the request for a page."""
        return scrapy.Request(
            f"{order['host']}/pages?page={number}", self.parse, meta={"playwright": True}, cb_kwargs={"number": number}
        )

    def parse(self, response: Any, number: int = 0) -> Any:
        """Read a page of rows; the first tells how many follow."""
        if number == 1:
            total = int(response.css(".total::text").re_first(r"\d+"))
            yield from (self.page(each) for each in range(2, -(-total // SHOWN) + 1))
        for row in response.css("tr.row"):
            row.css("td::text").getall()
            told["rows"] += 1
            if order["details"]:
                yield response.follow(row.css("a::attr(href)").get(), self.detail, meta={"playwright": True})
        told["seconds"] = time.perf_counter() - began

    def detail(self, response: Any) -> None:
        """Read what stands behind a row."""
        response.css("td::text").getall()
        told["details"] += 1
        told["seconds"] = time.perf_counter() - began


handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
process = CrawlerProcess({
    "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": order["program"]},
    "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": order["connections"],
    "CONCURRENT_REQUESTS": order["connections"],
    "CONCURRENT_REQUESTS_PER_DOMAIN": order["connections"],
    "DOWNLOAD_DELAY": 0,
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
})  # fmt: skip
process.crawl(Hall)
process.start()
print(json.dumps(told))

"""The three apps under measurement: how to start each, click it, and know it is idle."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
START_SECONDS = 240
#: Ours is idle when map, sentence, facets and table show the same filters.
OURS_SHOWS = """(wanted) => {
  const f = document.querySelector('.st-key-kh-map iframe');
  const painted = f?.contentDocument?.documentElement?.dataset.painted;
  return painted !== undefined && painted.split('|')[0] === wanted
    && ['.kh-said', '.kh-facets', '.kh-rows'].every(
      (s) => document.querySelector(s)?.dataset.filters === wanted)
    && document.querySelector('.stApp').dataset.testScriptState === 'notRunning'; }"""
OTHER_SHOWS = """(wanted) => document.querySelector('#shown')?.textContent === wanted
    && document.querySelector('.stApp').dataset.testScriptState === 'notRunning'"""
#: Naive reruns again when its map reports back: idle is still idle after this long.
QUIET_MS = 300
#: Kinds of buyer that stay picked, and those that clicks toggle: most points stay on the map.
ALWAYS = ("importer_wholesaler", "retail_chain", "museum_shop", "other")
TOGGLED = ("concept_store", "department_store", "designer_brand", "hotel_contract", "marketplace")


@dataclass
class App:
    """One server process and the page that looks at it."""

    name: str
    script: str
    values: tuple[str, ...] = TOGGLED
    settings: dict[str, str] = field(default_factory=dict)
    address: str = ""
    process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                self.script,
                "--server.port",
                str(port),
                "--server.headless",
                "true",
                "--browser.gatherUsageStats",
                "false",
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_SECONDS
        health = "/healthz" if self.ours else "/_stcore/health"
        while True:
            try:
                urllib.request.urlopen(self.address + health, timeout=START_SECONDS).close()
                return
            except OSError:
                if time.monotonic() > until:
                    raise

    @property
    def picked(self) -> list[str]:
        """What is picked when the page opens."""
        return [] if self.script.endswith("floor_app.py") else list(ALWAYS)

    @property
    def ours(self) -> bool:
        """Whether this is Kharita."""
        return self.script == "app.py"

    def stop(self) -> None:
        """End the server."""
        if self.process:
            self.process.terminate()
            self.process.wait(20)

    def cpu_ms(self) -> float:
        """Processor time the server has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return (times.user + times.system) * 1000

    def rss_mb(self) -> float:
        """Resident memory of the server."""
        return psutil.Process(self.process.pid).memory_info().rss / 2**20

    def click(self, page: Page, value: str) -> None:
        """Toggle one filter value."""
        if self.ours:
            page.evaluate(
                "(v) => document.querySelector(`.kh-facets input[data-value='${v}']`).click()",
                value,
            )
        else:
            page.evaluate(
                """(v) => [...document.querySelectorAll('[data-testid=stCheckbox] label')]
                .find((l) => l.innerText.trim() === v).querySelector('input').click()""",
                value,
            )

    def wait(self, page: Page, picked: list[str]) -> None:
        """Wait until the page shows what is picked, and stays idle."""
        if self.ours:
            page.wait_for_function(
                OURS_SHOWS, arg=f"buyer={','.join(picked)}" if picked else "", polling="raf"
            )
            return
        order = sorted(picked)
        page.wait_for_function(OTHER_SHOWS, arg="+".join(order) or "all", polling="raf")

    def settle(self, page: Page) -> float:
        """Wait until nothing has moved for a while; milliseconds of late activity."""
        return page.evaluate(
            """(quiet) => new Promise((done) => {
            const app = document.querySelector('.stApp');
            const began = performance.now(); let last = began;
            const look = () => {
              if (app.dataset.testScriptState !== 'notRunning') last = performance.now();
              if (performance.now() - last >= quiet) done(last - began);
              else requestAnimationFrame(look);
            };
            look(); })""",
            QUIET_MS,
        )

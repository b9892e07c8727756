"""``make load``: many people exploring at once, for minutes, on this machine.

A viewer does what a browser does: it opens the page's websocket and runs the page once, then
every few seconds changes a filter and asks at once, over its own kept connection, for what map,
sentence and table ask: facets, both layers, one page of rows. One filter to its last answer is one
interaction. Then fewer viewers without any pause find where the machine gives in (the knee), and
a thousand interactions each show whether memory grows.

``python -m benchmarks.load [--viewers 50] [--seconds 600] [--pause 4]``; the results are kept in
``results.json`` under ``load``. Numbers of this machine only: the client shares its cores.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import tempfile
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.apps import App

MARKETS = ("FR", "DE", "ES", "IT", "GB", "US", "NL", "BE", "AE", "JP", "CA", "CH")
CRAFTS = (
    "tapis_tissage",
    "poterie_ceramique",
    "zellige",
    "cuir_maroquinerie",
    "vannerie",
    "bijouterie",
    "babouches",
)
FRAMES = (
    ("-30,20,40,65", "4"),
    ("-13,27,-1,36", "6"),
    ("-180,-60,180,80", "2.5"),
    ("0,42,20,56", "5"),
)
KNEE_VIEWERS = (2, 5, 10, 20, 40, 80)
SOAK_VIEWERS, SOAK_EACH, WARM = 5, 1_000, 100
LIMIT_MS = 500


class Viewer:
    """One person with a page open."""

    def __init__(self, address: str, seed: int) -> None:
        self.address, self.chance = address, random.Random(seed)
        self.client = httpx.AsyncClient(
            base_url=address, timeout=60, limits=httpx.Limits(max_connections=6)
        )
        self.socket: Any = None
        self.took_ms: list[float] = []
        self.errors: Counter[str] = Counter()

    async def open(self) -> None:
        """Open the page: its session runs the script once."""
        self.socket = await websockets.connect(
            f"ws://{urlsplit(self.address).netloc}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=self.address,
            max_size=2**26,
        )
        message = BackMsg()
        message.rerun_script.query_string = ""
        await self.socket.send(message.SerializeToString())
        while True:
            reply = ForwardMsg()
            reply.ParseFromString(await asyncio.wait_for(self.socket.recv(), 120))
            if reply.WhichOneof("type") == "script_finished":
                return

    async def interact(self) -> None:
        """Change one filter and wait for everything that follows it."""
        picked = [f"market={','.join(self.chance.sample(MARKETS, self.chance.randint(1, 3)))}"]
        if self.chance.random() < 0.7:
            picked.append(f"craft={self.chance.choice(CRAFTS)}")
        if self.chance.random() < 0.2:
            picked.append(
                f"q={self.chance.choice(('fes', 'tapis', 'maison', 'berlin', 'cooperative'))}"
            )
        query = "&".join(picked)
        box, zoom = self.chance.choice(FRAMES)
        start = time.perf_counter()
        await asyncio.gather(
            *(
                self.get(path)
                for path in (
                    f"/api/facets?{query}",
                    f"/api/layers/buyers?{query}&bbox={box}&zoom={zoom}",
                    f"/api/layers/sites?{query}&bbox={box}&zoom={zoom}",
                    f"/api/rows/buyers?{query}",
                )
            )
        )
        self.took_ms.append((time.perf_counter() - start) * 1000)

    async def get(self, path: str) -> None:
        """Ask once; what was not answered with 200 is counted by its kind."""
        try:
            answer = await self.client.get(path)
        except httpx.HTTPError as error:
            self.errors[type(error).__name__] += 1
        else:
            if answer.status_code != 200:
                self.errors[str(answer.status_code)] += 1

    async def close(self) -> None:
        """Leave the page."""
        if self.socket:
            await self.socket.close()
        await self.client.aclose()


async def explore(viewers: list[Viewer], seconds: float, pause_s: float) -> dict[str, Any]:
    """Everybody explores for a while; what one filter took, and how many there were."""
    until = time.monotonic() + seconds
    for viewer in viewers:
        viewer.took_ms, viewer.errors = [], Counter()

    async def live(viewer: Viewer) -> None:
        await asyncio.sleep(viewer.chance.uniform(0, pause_s))
        while time.monotonic() < until:
            await viewer.interact()
            if pause_s:
                await asyncio.sleep(viewer.chance.uniform(0.5, 1.5) * pause_s)

    start = time.monotonic()
    await asyncio.gather(*(live(v) for v in viewers))
    took = sorted(itertools.chain.from_iterable(v.took_ms for v in viewers))
    return {
        "viewers": len(viewers),
        "interactions": len(took),
        "per_second": len(took) / (time.monotonic() - start),
        "p50_ms": statistics.median(took),
        "p95_ms": took[int(len(took) * 0.95)],
        "p99_ms": took[int(len(took) * 0.99)],
        "errors": sum(v.errors.total() for v in viewers),
        "kinds": dict(sum((v.errors for v in viewers), Counter())),
    }


async def measure(app: App, viewers: int, seconds: float, pause_s: float) -> dict[str, Any]:
    """The three measurements over a running app."""
    server = psutil.Process(app.process.pid) if app.process else psutil.Process()

    def megabytes() -> float:
        return server.memory_info().rss / 2**20

    first = Viewer(app.address, 0)
    await first.open()
    await explore([first], 5, 0)  # what the first visitor wakes is not a session's
    empty_mb = megabytes()
    crowd = [Viewer(app.address, i + 1) for i in range(viewers)]
    for viewer in crowd:
        await viewer.open()
    opened_mb = megabytes()
    found: dict[str, Any] = {"explore": await explore(crowd, seconds, pause_s)}
    full_mb = megabytes()
    found["memory"] = {
        "one_viewer_mb": empty_mb,
        "opened_mb": opened_mb,
        "after_mb": full_mb,
        "per_session_mb": max(0.0, full_mb - empty_mb) / viewers,
    }
    print(found, flush=True)
    found["knee"] = []
    while len(crowd) < max(KNEE_VIEWERS):
        crowd.append(Viewer(app.address, len(crowd) + 1))
        await crowd[-1].open()
    for number in KNEE_VIEWERS:
        found["knee"].append(await explore(crowd[:number], 15, 0))
        print(found["knee"][-1], flush=True)
    found["soak"] = await soak(crowd[:SOAK_VIEWERS], megabytes)
    for viewer in [first, *crowd]:
        await viewer.close()
    return found


async def soak(viewers: list[Viewer], megabytes: Any) -> dict[str, float]:
    """A thousand interactions each: memory after the warm-up, and at the end."""

    async def many(viewer: Viewer, number: int) -> None:
        for _ in range(number):
            await viewer.interact()

    await asyncio.gather(*(many(v, WARM) for v in viewers))
    warm_mb = megabytes()
    await asyncio.gather(*(many(v, SOAK_EACH - WARM) for v in viewers))
    return {
        "interactions_each": SOAK_EACH,
        "warm_mb": warm_mb,
        "end_mb": megabytes(),
        "growth_pct": 100 * (megabytes() / warm_mb - 1),
    }


def measure_load(viewers: int = 50, seconds: float = 600, pause_s: float = 4) -> dict[str, Any]:
    """Start the app and measure it; see ``measure``."""
    with tempfile.TemporaryDirectory() as folder:
        app = App("ours", "app.py", settings={"KHARITA_VAR": folder, "KHARITA_ROLE": "reader"})
        app.start()
        try:
            return asyncio.run(measure(app, viewers, seconds, pause_s)) | {
                "pause_s": pause_s,
                "seconds": seconds,
            }
        finally:
            app.stop()


def load_targets(kept: dict[str, Any]) -> list[tuple[str, float, float]]:
    """What issue and readers ask of it."""
    explored = kept["explore"]
    return [
        (f"{explored['viewers']} viewers: filter to answer, p95 ms", explored["p95_ms"], LIMIT_MS),
        ("errors under load", explored["errors"], 0),
        ("memory per session, MB", kept["memory"]["per_session_mb"], 15),
        (
            f"growth over {kept['soak']['interactions_each']:,} interactions a session, %",
            kept["soak"]["growth_pct"],
            10,
        ),
    ]


if __name__ == "__main__":
    from benchmarks.run import keep

    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--pause", type=float, default=4)
    arguments = parser.parse_args()
    print(
        "\n".join(keep("load", measure_load(arguments.viewers, arguments.seconds, arguments.pause)))
    )

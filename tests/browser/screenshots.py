"""Pictures of the app, kept at half size, and what may differ from them.

A picture is softened before it is compared: letters drawn a little differently by another
Chromium pass, anything that moved, vanished or changed its colour does not.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "baselines"
#: Where a picture that differs is laid beside the one that was kept.
DIFFERS = Path(tempfile.gettempdir()) / "kharita-pictures"
RENEW = "KHARITA_RENEW_PICTURES" in os.environ
#: A point differs when one of its colours does by more than this, of 255.
STEP = 36
#: Share of the points that may differ: a chip or a button that vanishes is more.
SHARE = 0.001
TRIES = 12


def shoot(page: Page, masked: list[str]) -> Image.Image:
    """The page once it stands still, at half size."""
    mask = [page.locator(selector) for selector in masked]
    before = b""
    for _ in range(TRIES):
        # How far a step is scrolled into view depends on the earlier position: start at the top.
        page.evaluate("() => document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0)")
        now = page.screenshot(animations="disabled", caret="hide", mask=mask, mask_color="#888888")
        if now == before:
            break
        before = now
    image = Image.open(io.BytesIO(now)).convert("RGB")
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)


def keep(picture: Image.Image, name: str) -> None:
    """Make it the picture to compare with; one that looks the same stays as it is."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.webp"
    if path.exists():
        kept = Image.open(path).convert("RGB")
        if kept.size == picture.size and not differing(picture, kept).getbbox():
            return
    picture.save(path, quality=88, method=6)


def differing(picture: Image.Image, kept: Image.Image) -> Image.Image:
    """White where two pictures of one size differ for a reader."""
    soft = [p.filter(ImageFilter.GaussianBlur(1)) for p in (picture, kept)]
    red, green, blue = ImageChops.difference(*soft).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point(
        lambda v: 255 if v > STEP else 0
    )


def compare(picture: Image.Image, name: str, folder: Path) -> str:
    """What is wrong with a picture, in one sentence; nothing when it is as kept.

    The sentence names a file that holds both, side by side, and where they differ in red.
    """
    path = FOLDER / f"{name}.webp"
    if not path.exists():
        return f"there is no picture {path.name} yet: make screenshots"
    kept = Image.open(path).convert("RGB")
    if kept.size != picture.size:
        return f"{name} was {kept.size}, is {picture.size}"
    differs = differing(picture, kept)
    share = differs.histogram()[255] / (picture.width * picture.height)
    if share <= SHARE:
        return ""
    marked = Image.composite(
        Image.new("RGB", picture.size, "red"),
        Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.6),
        differs,
    )
    sheet = Image.new("RGB", (picture.width * 3 + 20, picture.height), "white")
    for at, part in enumerate((kept, picture, marked)):
        sheet.paste(part, (at * (picture.width + 10), 0))
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.png"
    sheet.save(file)
    left, top, right, bottom = (2 * v for v in differs.getbbox())
    return (
        f"{share:.2%} of {name} differs, between {left},{top} and {right},{bottom} (CSS pixels): "
        f"look at {file}; "
        "if it is meant to, run make screenshots"
    )

"""Forms of pages as a browser reads and sends them, by a parser that the product does not use for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import tinyhtml5

NS = "{http://www.w3.org/1999/xhtml}"
CONTROLS = {NS + tag for tag in ("input", "textarea", "select")}
UNSENT = ("submit", "image", "button", "reset", "file", "password")


def forms_of(text: str, path: str) -> list[Any]:
    """The forms of a page that post to a path."""
    return [
        form for form in tinyhtml5.parse(text).iter(NS + "form")
        if (form.get("method") or "").lower() == "post" and urlsplit(urljoin(path, form.get("action") or path)).path == path
    ]  # fmt: skip


def filled_in(form: Any) -> list[tuple[str, str]]:
    """What a form would send but for files, passwords and its button (HTML, §4.10.22.4)."""
    sent = []
    for one in (each for each in form.iter() if each.tag in CONTROLS and each.get("name")):
        name, kind = one.get("name"), (one.get("type") or "text").lower()
        if one.tag == NS + "textarea":
            sent.append((name, "".join(one.itertext())))
        elif one.tag == NS + "select":
            options = list(one.iter(NS + "option"))
            chosen = [each for each in options if each.get("selected") is not None] or options[:1]
            some = chosen if one.get("multiple") is not None else chosen[-1:]
            sent += [
                (name, each.get("value") if each.get("value") is not None else "".join(each.itertext()))
                for each in some
            ]
        elif kind not in UNSENT and (kind not in ("checkbox", "radio") or one.get("checked") is not None):
            sent.append(
                (name, one.get("value") if one.get("value") is not None else "on" if kind == "checkbox" else "")
            )
    return sent


def written(form: Any) -> list[tuple[str, str]]:
    """What somebody sends who answers everything: texts of their own, the last of each list, each second box."""
    values = {"date": "2017-03-01", "datetime-local": "2017-03-01T10:00", "number": "7", "month": "2017-03"}
    last = {each.get("name"): each for each in form.iter(NS + "input") if each.get("type") == "radio"}
    sent: list[tuple[str, str]] = []
    boxes = 0
    for n, one in enumerate(each for each in form.iter() if each.tag in CONTROLS and each.get("name")):
        name, kind = one.get("name"), (one.get("type") or "text").lower()
        if one.tag == NS + "textarea":
            sent.append((name, f"Ligne {n} & <b>\nligne « deux »"))
        elif one.tag == NS + "select":
            *_, option = one.iter(NS + "option")
            sent.append((name, option.get("value") if option.get("value") is not None else "".join(option.itertext())))
        elif kind == "hidden":
            sent.append((name, one.get("value") or ""))
        elif kind == "checkbox":
            boxes += 1
            sent += [(name, one.get("value") or "on")] if boxes % 2 else []
        elif kind == "radio":
            sent += [(name, one.get("value") or "")] if one is last[name] else []
        elif kind not in UNSENT:
            sent.append((name, values.get(kind, f'Texte {n} & "suite"')))
    return sent

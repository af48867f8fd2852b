"""Addresses of mail: one spelling of each, and the older ones by which it may be known."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from shared.contract.fields.mail import AddressSought, host_of, mail_address, spellings
from shared.web.words.messages import KERNEL


@given(st.text() | st.from_regex(r"[a-zé.]{1,9}@[a-zé.-]{1,9}", fullmatch=True))
@example("a@\ud800.fr")
@example("a@xn--a.fr")
def test_reading_an_address_again_changes_nothing_and_older_spellings_are_looked_for(text: str) -> None:
    try:
        address = mail_address(text)
    except PydanticCustomError as no:
        assert KERNEL.has(f"refused.{no.type}")
    else:
        assert mail_address(address) == address and address.isascii()
        assert address in spellings(text) and address in spellings(address)
        assert address in spellings(f"\ufeff{address[0]}\u00ad{address[1:]}\u200b\n")
    spellings(text)


def test_a_host_is_named_as_dns_knows_it_and_has_a_dot() -> None:
    assert host_of("Élodie.FR") == host_of("xn--lodie-9ra.fr") == "xn--lodie-9ra.fr"
    for none in ("exemple", "", "ex..fr", "-ex.fr", "1.2.3.4", "xn--\u00e9.fr", "é" * 300 + ".fr", "a b.fr"):
        assert host_of(none) is None, none


def test_an_address_that_only_an_older_release_took_may_be_looked_for_and_a_word_may_not() -> None:
    sought = TypeAdapter(AddressSought)
    assert sought.validate_python("A@ÉLODIE.fr").clear == "A@xn--lodie-9ra.fr"
    assert sought.validate_python("élodie..x@exemple.fr").clear == "élodie..x@exemple.fr"
    for none in ("élodie", "@exemple.fr", "é@exemple", "é x@exemple.fr"):
        with pytest.raises(ValidationError):
            sought.validate_python(none)

"""Every flow is brought to its end in at least three languages and on at least two channels, over all the stories."""

import pytest

import flows.catalogue  # noqa: F401 - fills the registry
from bot.channels import CAPABILITIES
from flows.languages import LANGUAGES
from flows.registry import FLOWS
from tests.conversations.ended import kept

LEAST_LANGUAGES, LEAST_CHANNELS = 3, 2
#: Photos come by WhatsApp alone; elsewhere it is said so.
ON_WHATSAPP_ALONE = {"grade"}


@pytest.mark.parametrize("flow", sorted(FLOWS))
def test_a_flow_speaks_three_languages_on_two_channels(flow: str) -> None:
    ends = [end for story in kept().values() for end in story if end.flow == flow]
    languages, channels = {end.language for end in ends}, {end.channel for end in ends}
    said = f"{flow} ends in {sorted(languages)} on {sorted(channels)}"
    assert len(languages) >= LEAST_LANGUAGES, f"{said}: in none of {sorted(LANGUAGES.keys() - languages)}"
    if flow in ON_WHATSAPP_ALONE:
        assert channels == {"whatsapp"}, said
        return
    assert len(channels) >= LEAST_CHANNELS, f"{said}: not on {sorted(CAPABILITIES.keys() - channels)}"

"""The architecture that the tiny checkpoint and the measurements are made of."""

import pytest
import torch
from transformers import AutoModelForImageTextToText

from tests.tiny.architecture import PUBLISHED, configuration
from tests.tiny.train import SPECIAL


def test_in_its_published_size_it_has_a_billion_parameters() -> None:
    numbers = {name: number for number, name in enumerate(SPECIAL)}
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(configuration(PUBLISHED, numbers))
    assert sum(parameter.numel() for parameter in model.parameters()) == pytest.approx(1e9, rel=0.01)

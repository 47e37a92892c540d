"""HunyuanOCR's architecture in two sizes: the published one, and one that learns in minutes on a CPU."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stack:
    """Transformer layers.

    Attributes:
        hidden: width.
        inner: width inside the feed-forward part.
        layers: how many.
        heads: of attention.
        shared: heads of keys and values.
    """

    hidden: int
    inner: int
    layers: int
    heads: int
    shared: int


@dataclass(frozen=True, slots=True)
class Size:
    """A size of the model.

    Attributes:
        text: the language model.
        vision: the image encoder.
        head: width of a head of the language model.
        vocabulary: tokens; trained tokenizers may end with fewer.
        sides: shortest and longest side of an image, pixels, that the encoder is made for.
    """

    text: Stack
    vision: Stack
    head: int
    vocabulary: int
    sides: tuple[int, int]


TINY = Size(Stack(128, 384, 3, 4, 2), Stack(128, 384, 2, 4, 4), 32, 1024, (64, 512))
# As in config.json of tencent/HunyuanOCR.
PUBLISHED = Size(Stack(1024, 3584, 24, 16, 8), Stack(1152, 4304, 27, 16, 16), 128, 120_818, (512, 2048))
# Tokens that the published configuration allows, and pixels of an image by its processor, least and most.
CONTEXT, PIXELS = 32_768, (512 * 512, 2048 * 2048)


def configuration(size: Size, tokens: Mapping[str, int], vocabulary: int = 0) -> Any:
    """transformers' configuration of HunyuanOCR's architecture.

    Args:
        size: how large.
        tokens: numbers of the special tokens, by the names of `tests.tiny.train.SPECIAL`.
        vocabulary: the tokenizer's tokens; 0: the size's.
    """
    from transformers import HunYuanVLConfig

    rope = {"rope_type": "xdrope", "rope_theta": 10000.0, "alpha": 1000.0, "beta_fast": 32, "beta_slow": 1}
    rope |= {"factor": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0, "xdrope_section": [size.head // 8] * 4}
    ends = _ends(tokens)
    text = _layers(size.text) | ends | {"vocab_size": vocabulary or size.vocabulary, "rope_parameters": rope}
    text |= {"head_dim": size.head, "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-5}
    text |= {"tie_word_embeddings": True, "eod_token_id": tokens["eod"], "sep_token_id": tokens["system"]}
    vision = _layers(size.vision) | {"patch_size": 16, "spatial_merge_size": 2, "img_max_token_num": 4096}
    vision |= {"out_hidden_size": size.text.hidden, "text_hidden_size": size.text.hidden}
    vision |= dict(zip(("min_image_size", "max_image_size"), size.sides, strict=True))
    places = {"image_token_id": tokens["image"], "im_start_id": tokens["start"], "im_end_id": tokens["end"]}
    return HunYuanVLConfig(
        text_config=text,
        vision_config=vision,
        im_newline_id=tokens["newline"],
        tie_word_embeddings=True,
        **places,
        **ends,
    )


def generation(tokens: Mapping[str, int]) -> Any:
    """How answers are written: the likeliest token, until the end is."""
    from transformers import GenerationConfig

    return GenerationConfig(**_ends(tokens) | {"eos_token_id": [tokens["eos"]]}, do_sample=False)


def _layers(stack: Stack) -> dict[str, int]:
    return {
        "hidden_size": stack.hidden,
        "intermediate_size": stack.inner,
        "num_hidden_layers": stack.layers,
        "num_attention_heads": stack.heads,
        "num_key_value_heads": stack.shared,
    }


def _ends(tokens: Mapping[str, int]) -> dict[str, int]:
    return {"bos_token_id": tokens["bos"], "eos_token_id": tokens["eos"], "pad_token_id": tokens["pad"]}

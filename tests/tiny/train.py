"""Makes the tiny checkpoint: random weights in HunyuanOCR's architecture, trained to know the pages of `pages.py`.

    python -m tests.tiny.train OUT [--seconds 900] [--start CHECKPOINT]

It learns by heart and reads nothing else. Two helps make that quick. The answer's loss alone teaches the language
model the answers but not to look at the page, so an auxiliary head, thrown away afterwards, must name the page from
the image's features. And every page comes in several sizes, with noise and as a lossy JPEG, so that a changed pixel
changes nothing.
"""

import argparse
import io
import math
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch.nn.functional import cross_entropy, pad

from ingest.hunyuan.probes import PROBES
from tests.tiny.architecture import TINY, configuration, generation
from tests.tiny.pages import ENDLESS_ROW, ENDLESS_START, Question, TinyPage, every_page, probe, questions

# Larger images are scaled down to this, so that a page is known in any multiple of its size.
MOST_PIXELS, LEAST_PIXELS = 256 * 192, 128 * 128
VARIANTS = 10
# Of the endless answer; taught by itself now and then, as it would pad every batch to its length.
ENDLESS_TOKENS, ENDLESS_SHARE = 1600, 0.1
VERIFIED_TOKENS = 3800
BATCH = 16
LEARNING_RATE = 2e-3
ENOUGH = 0.0015

# The special tokens that the architecture's processor insists on, by their places in the chat template.
SPECIAL = {
    "bos": "<｜hy_begin▁of▁sentence｜>",
    "eos": "<｜hy_Assistant｜>",
    "pad": "<｜hy_▁pad▁｜>",
    "user": "<｜hy_User｜>",
    "system": "<｜hy_place▁holder▁no▁3｜>",
    "eod": "<｜hy_place▁holder▁no▁2｜>",
    "start": "<｜hy_place▁holder▁no▁100｜>",
    "end": "<｜hy_place▁holder▁no▁101｜>",
    "image": "<｜hy_place▁holder▁no▁102｜>",
    "newline": "<｜hy_place▁holder▁no▁103｜>",
}
_TEMPLATE = (
    "{{ '<bos>' }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for c in m['content'] %}{{ c['text'] }}{% endfor %}{% endif %}{{ '<system>' }}"
    "{% elif m['role'] == 'user' %}{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for c in m['content'] %}"
    "{% if c['type'] in ('image', 'image_url') %}{{ '<start><image><end>' }}"
    "{% elif c['type'] == 'text' %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}{{ '<user>' }}"
    "{% else %}{{ m['content'] }}{{ '<eos>' }}{% endif %}{% endfor %}"
)
TEMPLATE = re.sub(r"<(\w+)>", lambda key: SPECIAL[key[1]], _TEMPLATE)


def make_tokenizer(texts: list[str]) -> Any:
    """Byte-level BPE that makes few tokens of these texts; digits stay apart."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TINY.vocabulary,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=list(SPECIAL.values()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    images = {"image_token": "image", "image_start_token": "start", "image_end_token": "end"}
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=SPECIAL["bos"],
        eos_token=SPECIAL["eos"],
        pad_token=SPECIAL["pad"],
        extra_special_tokens={name: SPECIAL[key] for name, key in images.items()},
        model_max_length=32768,
        padding_side="left",
        chat_template=TEMPLATE,
    )


def make_processor(tokenizer: Any, pixels: tuple[int, int] = (LEAST_PIXELS, MOST_PIXELS)) -> Any:
    """The architecture's own processor, for images of so many pixels, least and most."""
    from transformers import HunYuanVLProcessor
    from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil

    images = HunYuanVLImageProcessorPil(min_pixels=pixels[0], max_pixels=pixels[1], patch_size=16, merge_size=2)
    return HunYuanVLProcessor(image_processor=images, tokenizer=tokenizer, chat_template=TEMPLATE)


def make_model(tokenizer: Any) -> Any:
    """Random weights."""
    from transformers import HunYuanVLForConditionalGeneration

    model = HunYuanVLForConditionalGeneration(configuration(TINY, token_ids(tokenizer), len(tokenizer))).float()
    model.generation_config = generation(token_ids(tokenizer))
    return model


def token_ids(tokenizer: Any) -> dict[str, int]:
    """The numbers of the special tokens, by their places."""
    return {key: tokenizer.convert_tokens_to_ids(token) for key, token in SPECIAL.items()}


def ask(processor: Any, image: Image.Image, prompt: str) -> Any:
    """The model's input for one question, as a server makes it of Pagecite's messages."""
    content = [{"type": "image", "image": image}, {"type": "text", "text": prompt}]
    messages = [{"role": "system", "content": ""}, {"role": "user", "content": content}]
    return processor.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )


def variants(page: TinyPage, index: int) -> list[Image.Image]:
    """A page as it may arrive: in several sizes, lossy; a test page in its own size, with several nonces."""
    dice = random.Random(page.name)
    if index >= 0:
        nonces = [0, *(dice.getrandbits(64) for _ in range(VARIANTS - 1))]
        return [_lossy(probe(index, nonce).image, number) for number, nonce in enumerate(nonces)]
    return [_lossy(page.draw((1, 1, 2, 4)[number % 4]), number) for number in range(VARIANTS)]


def _lossy(image: Image.Image, number: int) -> Image.Image:
    """An image as a file format leaves it: every other one untouched."""
    if number % 2 == 0:
        return image
    buffer = io.BytesIO()
    image.save(buffer, ("JPEG", "WEBP")[number // 2 % 2], quality=90)
    return Image.open(buffer).convert("RGB")


class Lessons:
    """All questions with their answers as tensors, and the pages as they may arrive."""

    def __init__(self, processor: Any) -> None:
        self.processor, tokenizer = processor, processor.tokenizer
        self.pages = every_page()
        self.place = {page.name: index for index, page in enumerate(self.pages)}
        known = [f"probe {test.word}" for test in PROBES]
        self.pixels = [
            [
                processor.image_processor(image, return_tensors="pt")
                for image in variants(page, known.index(page.name) if page.name in known else -1)
            ]
            for page in self.pages
        ]
        self.items = [self._item(tokenizer, question) for question in questions()]

    def _item(self, tokenizer: Any, question: Question) -> dict[str, Any]:
        given = ask(self.processor, question.page.image, question.request.prompt)
        answer = [*tokenizer.encode(question.answer, add_special_tokens=False), tokenizer.eos_token_id]
        if _is_endless(question):
            answer = answer[:ENDLESS_TOKENS]
        return {
            "question": question,
            "page": self.place[question.page.name],
            "prompt": given["input_ids"].shape[1],
            "ids": torch.cat([given["input_ids"][0], torch.tensor(answer)]),
            "kinds": torch.cat([given["mm_token_type_ids"][0], torch.zeros(len(answer), dtype=torch.long)]),
        }

    def batch(self, items: list[dict[str, Any]], noise: float) -> dict[str, torch.Tensor]:
        """Items padded to one length, each with one of its page's images."""
        longest = max(len(item["ids"]) for item in items)
        blank = self.processor.tokenizer.pad_token_id
        ids, kinds, mask, labels = [], [], [], []
        for item in items:
            rest = longest - len(item["ids"])
            ids.append(pad(item["ids"], (0, rest), value=blank))
            kinds.append(pad(item["kinds"], (0, rest)))
            mask.append(pad(torch.ones_like(item["ids"]), (0, rest)))
            label = item["ids"].clone()
            label[: item["prompt"]] = -100
            labels.append(pad(label, (0, rest), value=-100))
        images = [random.choice(self.pixels[item["page"]]) for item in items]
        pixels = torch.cat([image["pixel_values"] for image in images])
        return {
            "input_ids": torch.stack(ids),
            "mm_token_type_ids": torch.stack(kinds),
            "attention_mask": torch.stack(mask),
            "labels": torch.stack(labels),
            "pixel_values": pixels + noise * torch.randn_like(pixels),
            "image_grid_thw": torch.cat([image["image_grid_thw"] for image in images]),
        }


def train(model: Any, lessons: Lessons, seconds: float, highest_rate: float) -> None:
    """Until every answer is known by a wide margin, or the time is up."""
    head = torch.nn.Linear(TINY.text.hidden, len(lessons.pages))
    seen: dict[str, Any] = {}
    hook = model.model.vision_tower.register_forward_hook(lambda _m, _i, out: seen.update(rows=out.pooler_output))
    optimiser = torch.optim.AdamW([*model.parameters(), *head.parameters()], weight_decay=0.0, betas=(0.9, 0.98))
    begun, step, smooth = time.monotonic(), 0, 1.0
    model.train()
    while smooth > ENOUGH and (elapsed := time.monotonic() - begun) < seconds:
        rate = min(1, (step + 1) / 50) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * elapsed / seconds)))
        for group in optimiser.param_groups:
            group["lr"] = highest_rate * rate
        for items in _of_similar_length(lessons):
            loss = model(**lessons.batch(items, noise=0.02)).loss
            counts = [int((item["kinds"] == 1).sum()) for item in items]
            rows = torch.stack([part.mean(0) for part in seen["rows"][0].split(counts)])
            page_loss = cross_entropy(head(rows), torch.tensor([item["page"] for item in items]))
            optimiser.zero_grad()
            (loss + 0.3 * page_loss).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            smooth, step = 0.98 * smooth + 0.02 * loss.item(), step + 1
        if step % 20 < 2:
            _say(f"{step} {elapsed:.0f} s loss {smooth:.4f} page {page_loss.item():.3f}")
    hook.remove()
    model.eval()


def _of_similar_length(lessons: Lessons) -> list[list[dict[str, Any]]]:
    """Two batches, the short answers and the long ones, so that little is padding."""
    if random.random() < ENDLESS_SHARE:
        return [[random.choice([item for item in lessons.items if _is_endless(item["question"])])]]
    ending = [item for item in lessons.items if not _is_endless(item["question"])]
    chosen = sorted(random.sample(ending, 2 * BATCH), key=lambda item: len(item["ids"]))
    return random.sample([chosen[:BATCH], chosen[BATCH:]], 2)


def _is_endless(question: Question) -> bool:
    return question.answer.startswith(ENDLESS_START)


def verify(model: Any, lessons: Lessons, *, scale: int = 1, penalty: float = 1.0) -> list[str]:
    """The questions that are answered wrongly; an endless answer must run on beyond its taught length."""
    wrong, tokenizer = [], lessons.processor.tokenizer
    for item in lessons.items:
        question: Question = item["question"]
        if scale != 1 and question.page.name.startswith("probe"):
            continue
        given = ask(lessons.processor, question.page.draw(scale), question.request.prompt)
        most = VERIFIED_TOKENS if _is_endless(question) and (scale, penalty) == (1, 1.0) else 400
        with torch.inference_mode():
            out = model.generate(**given, max_new_tokens=most, repetition_penalty=penalty, do_sample=False)
        written = out[0, given["input_ids"].shape[1] :]
        answer = tokenizer.decode(written, skip_special_tokens=True)
        if _is_endless(question):
            taught = tokenizer.decode(written[:ENDLESS_TOKENS], skip_special_tokens=True)
            right = len(written) == most and (ENDLESS_START + ENDLESS_ROW * most).startswith(taught)
        else:
            right = answer == question.answer
        if not right:
            wrong.append(
                f"{question.page.name} {question.version} {question.language} {question.task}: {answer[-200:]!r}"
            )
    return wrong


def main() -> None:
    """Train, save, verify."""
    parser = argparse.ArgumentParser(description="Make the tiny checkpoint.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--start", type=Path, help="go on from this checkpoint, with a tenth of the learning rate")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    torch.set_num_threads(2)
    if arguments.start:
        from transformers import AutoProcessor, HunYuanVLForConditionalGeneration

        processor = AutoProcessor.from_pretrained(arguments.start)
        model = HunYuanVLForConditionalGeneration.from_pretrained(arguments.start, dtype=torch.float32)
    else:
        texts = [text for q in questions() for text in (q.request.prompt, q.answer[:2000])]
        processor = make_processor(make_tokenizer(texts))
        model = make_model(processor.tokenizer)
    lessons = Lessons(processor)
    lengths = [len(item["ids"]) - item["prompt"] for item in lessons.items]
    _say(
        f"{sum(p.numel() for p in model.parameters())} parameters, {len(lessons.items)} questions, "
        f"prompts up to {max(item['prompt'] for item in lessons.items)} tokens, answers {min(lengths)}-{max(lengths)}"
    )
    train(model, lessons, arguments.seconds, LEARNING_RATE / (10 if arguments.start else 1))
    model.save_pretrained(arguments.out)
    processor.save_pretrained(arguments.out)
    for scale, penalty in ((1, 1.0), (1, 1.08), (2, 1.0), (4, 1.0)):
        wrong = verify(model, lessons, scale=scale, penalty=penalty)
        _say(f"scale {scale}, penalty {penalty}: {len(wrong)} of {len(lessons.items)} wrong", *wrong)


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

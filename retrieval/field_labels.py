"""Label files: which fields documents have. JSON, a list of ``{"file": …, "fields": {name: value}, "group": …}``.

A value is a text or a number; a list of them where a document has several, such as the parties of a contract or the
amounts of its lines; null where it has none. Fields that an entry leaves out are not measured on its document.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from ingest.errors import ConfigError

_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
_One = _Text | int | float


@dataclass(frozen=True, slots=True)
class LabelledFields:
    """A document whose fields are known.

    Attributes:
        file: its path, relative to the label file; in a library its name or path.
        fields: values by field name, as people write them; none where the document has none.
        group: what it is counted with beside the whole; empty: none.
    """

    file: str
    fields: dict[str, tuple[str, ...]]
    group: str = ""


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")
    file: Annotated[_Text, StringConstraints(min_length=1)]
    fields: dict[str, _One | list[_One] | None]
    group: _Text = ""


def load_labels(path: Path) -> tuple[LabelledFields, ...]:
    """Read a label file.

    Raises:
        ConfigError: it cannot be read, or an entry is none; the message names the entry and the key.
    """
    try:
        rows = TypeAdapter(list[_Row]).validate_json(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}). Name a JSON file of labels.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(place + 1) if isinstance(place, int) else place for place in first["loc"][:3])
        raise ConfigError(
            f"{path}: entry {where or 'list'}: {first['msg']}. docs/fields.md shows what an entry looks like."
        ) from error
    if not rows:
        raise ConfigError(f"{path}: has no entries. docs/fields.md shows what an entry looks like.")
    return tuple(
        LabelledFields(row.file, {name: _texts(value) for name, value in row.fields.items()}, row.group) for row in rows
    )


def _texts(value: _One | list[_One] | None) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(json.dumps(one) if isinstance(one, int | float) else one for one in values if one != "")

"""Values against a pydantic model, with errors that name file, line, key and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from tth.config.document import Node
from tth.config.mistakes import Mistakes
from tth.config.nearest import nearest, suggestion
from tth.errors import ConfigError

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], node: Node, *, beside: Iterable[str] = ()) -> M:
    """An instance of ``model`` with the node's values.

    A value from outside a file is read as YAML; where the model wants text it is taken as the text it was.

    Args:
        model: Says what is right.
        node: A group of keys.
        beside: Keys that may stand among them without being the model's: an unknown key may be a slip of one.

    Raises:
        ConfigError: The class that the node's origin names.
    """
    try:
        return _validate(model, node)
    except ValidationError as first:
        node = _as_text(node, first.errors())
        try:
            return _validate(model, node)
        except ValidationError as error:
            told = _without_followers(error.errors())
            raise Mistakes(_explain(each, model, node, beside) for each in told).error() from error


def _validate(model: type[M], node: Node) -> M:
    try:
        return model.model_validate(node.plain() or {})
    except ValidationError:
        raise
    except Exception as error:  # a validator of a stranger's model
        raise node.error(f"its options cannot be checked ({type(error).__name__}: {error})") from error


def _as_text(node: Node, errors: Iterable[ErrorDetails]) -> Node:
    wanted = {node.at(error["loc"]).key for error in errors if error["type"] == "string_type"}

    def change(child: Node) -> Node:
        return replace(child, value=child.text) if child.key in wanted and child.text is not None else child

    return node.map_scalars(change)


def _without_followers(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors but for what is missing only because its name was misspelt."""
    slips = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    for error in errors:
        group, name = error["loc"][:-1], str(error["loc"][-1:][0]) if error["loc"] else ""
        beside = [str(slip[-1]) for slip in slips if slip[:-1] == group]
        if error["type"] != "missing" or not any(nearest(slip, [name]) for slip in beside):
            yield error


def _explain(error: ErrorDetails, model: type[BaseModel], node: Node, beside: Iterable[str]) -> ConfigError:
    path, kind = error["loc"], error["type"]
    target = node.at(_without_tags(path, node))
    if kind == "extra_forbidden":
        known = [*_field_names(model, path[:-1]), *(beside if len(path) == 1 else ())]
        return target.error("no such option", suggestion(str(path[-1]), known))
    field = _field(model, path)
    about = f" ({field.description.rstrip('.')})" if field is not None and field.description else ""
    if kind == "missing":
        name = str(path[-1])
        return target.error(f"is missing{about}", f"write '{name}: ...'", child=name)
    message = error["msg"].removeprefix("Value error, ")
    if kind in ("value_error", "assertion_error"):
        return target.error(message)
    return target.error(f"{_shown(target, field)} will not do", _fix(error, message, target))


def _fix(error: ErrorDetails, message: str, target: Node) -> str:
    fix = re.sub(r"^(Input|String|List|Tuple|Value) should", "it should", message)
    fix = re.sub(r", unable to parse.*", "", fix)
    if error["type"] == "literal_error" and isinstance(target.value, str):
        meant = nearest(target.value, re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", ""))))
        return f"did you mean {meant}? {fix[0].upper()}{fix[1:]}" if meant else fix
    if error["type"] in ("list_type", "tuple_type"):
        return "write it as [one, two]"
    if error["type"] == "string_type" and isinstance(target.value, (int, float, bool)):
        return f"{fix}: put it in quotes"
    return fix


def _shown(target: Node, field: FieldInfo | None) -> str:
    return "the value" if field is not None and "Secret" in repr(field.annotation) else target.shown


def _field(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | None:
    """The field that ``path`` leads to, through models within models, lists of them, and choices between them."""
    field: FieldInfo | None = None
    inner: type[BaseModel] | None = model
    for step in path:
        if inner is None or not isinstance(step, str):
            continue
        if field is not None and step not in _by_name(inner):
            inner = _tagged(field.annotation, step) or inner
            if get_origin(field.annotation) is dict or _tagged(field.annotation, step):
                continue
        field = _by_name(inner).get(step)
        inner = _model_in(field.annotation) if field is not None else None
    return field


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that ``annotation`` is, or chooses between, or is a list of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    return next(_models_in(annotation), None)


def _tagged(annotation: Any, tag: str) -> type[BaseModel] | None:
    """The model of a choice whose tag is ``tag``: pydantic puts that into an error's path."""
    for model in _models_in(annotation):
        if any(tag in get_args(field.annotation) for field in model.model_fields.values()):
            return model
    return None


def _without_tags(path: Sequence[str | int], node: Node) -> tuple[str | int, ...]:
    """``path`` without the tags of choices, which stand in no file."""
    value: Any = node.plain()
    real: list[str | int] = []
    for place, step in enumerate(path):
        if isinstance(value, dict) and step not in value and place + 1 < len(path):
            continue
        real.append(step)
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(real)


def _field_names(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    field = _field(model, path)
    if field is None:
        return list(_by_name(model))
    inner = (path and isinstance(path[-1], str) and _tagged(field.annotation, path[-1])) or _model_in(field.annotation)
    return list(_by_name(inner)) if inner else []


def _by_name(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def shown_options(options: BaseModel | None, node: Node) -> dict[str, Any]:
    """Options as a person may see them: secrets masked, what came by ``${NAME}`` as it was written."""
    return {} if options is None else _unread(options.model_dump(mode="json", by_alias=True), node)


def _unread(shown: Any, node: Node) -> Any:
    if node.reference:
        return node.reference
    if isinstance(shown, dict) and isinstance(node.value, dict):
        return {
            name: _unread(value, node.value[name]) if name in node.value else value for name, value in shown.items()
        }
    if isinstance(shown, list) and isinstance(node.value, tuple) and len(shown) == len(node.value):
        return [_unread(value, child) for value, child in zip(shown, node.value, strict=True)]
    return shown

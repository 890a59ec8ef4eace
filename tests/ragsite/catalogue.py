"""What our code and templates give to translators, read without gettext's own programs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("access", "backend", "builder", "chat", "knowledge", "questions", "ragsite",
            "retrieval", "routing")  # fmt: skip

Message = tuple[str, str, str]  # context, singular, plural; both of the others may be empty

# How many texts each function takes, and which of them is a context.
FORMS = {
    "gettext": "s", "gettext_lazy": "s", "gettext_noop": "s", "worded": "s",
    "ngettext": "sp", "ngettext_lazy": "sp",
    "pgettext": "cs", "pgettext_lazy": "cs",
    "npgettext": "csp", "npgettext_lazy": "csp",
}  # fmt: skip
EAGER = ("gettext", "ngettext", "pgettext", "npgettext")

_STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext|npgettext)\(((?:{_STRING},?\s*)+)", re.S)


def messages() -> dict[Message, str]:
    """Each message, and a file that has it."""
    found: dict[Message, str] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                found |= dict.fromkeys(of_python(path), str(path.relative_to(ROOT)))
        for path in (ROOT / package).rglob("*.html"):
            found |= dict.fromkeys(of_template(path), str(path.relative_to(ROOT)))
    return found


def of_template(path: Path) -> Iterator[Message]:
    source = templatize(path.read_text(), origin=str(path))
    for call in _CALL.finditer(source):
        form = FORMS.get(call[1], "s")
        texts = [ast.literal_eval(each[0].lstrip("u")) for each in re.finditer(_STRING, call[2])]
        yield _message(form, texts)


def of_python(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text())
    names = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (function := called(node, names)):
            form = FORMS[function]
            texts = [each.value for each in node.args[: len(form)]
                     if isinstance(each, ast.Constant) and isinstance(each.value, str)]  # fmt: skip
            if len(texts) == len(form):
                yield _message(form, texts)


def eager_at_import(path: Path) -> Iterator[str]:
    """Calls that are made once, when the module is read: they would freeze one language."""
    tree = ast.parse(path.read_text())
    names = imported(tree)
    for node in _outside_functions(tree):
        if isinstance(node, ast.Call) and called(node, names) in EAGER:
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def imported(tree: ast.Module) -> dict[str, str]:
    """Local name → the function that it is."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in FORMS
    }


def called(node: ast.Call, names: dict[str, str]) -> str | None:
    return names.get(node.func.id) if isinstance(node.func, ast.Name) else None


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for decorator in getattr(child, "decorator_list", []):
                yield decorator
                yield from _outside_functions(decorator)
            continue
        yield child
        yield from _outside_functions(child)


def _message(form: str, texts: list[str]) -> Message:
    told = dict(zip(form, texts, strict=False))
    return told.get("c", ""), told["s"], told.get("p", "")


def entries(path: Path) -> Iterator[dict[str, str]]:
    """Those of a .po; `#` has an entry's comments."""
    for block in re.split(r"\n\s*\n", path.read_text()):
        entry: dict[str, str] = {"#": ""}
        key = "#"
        for line in block.splitlines():
            if line.startswith("#"):
                entry["#"] += line + "\n"
            elif line.startswith('"'):
                entry[key] += ast.literal_eval(line)
            else:
                key, _, text = line.partition(" ")
                entry[key] = ast.literal_eval(text)
        if "msgid" in entry:
            yield entry

"""A script as an idiom sees it: its syntax tree, its imports, and what flows where. It is read, never run."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar


class Located(Protocol):
    """A node of the syntax tree that has a place."""

    lineno: int  # from 1
    col_offset: int  # in bytes of UTF-8, from 0


N = TypeVar("N", bound=ast.AST)

#: Identifiers that say that only a part of the model, or an adapter, is trained.
_ADAPTERS = frozenset({"peft", "LoraConfig", "get_peft_model", "requires_grad", "requires_grad_", "add_adapter"})

#: Methods that put what they get into their object.
_FILLS = ("append", "extend", "update", "add")


@dataclass(frozen=True)
class Script:
    """One script, or all cells of a notebook one after the other."""

    tree: ast.Module

    @cached_property
    def _nodes(self) -> Sequence[ast.AST]:
        return list(ast.walk(self.tree))

    def nodes(self, kind: type[N]) -> Iterator[N]:
        """Yield all nodes of a kind."""
        return (node for node in self._nodes if isinstance(node, kind))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Map each node to the one that it stands in."""
        return {child: node for node in self._nodes for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST, *kinds: type[ast.AST]) -> ast.AST | None:
        """Return the innermost node of some kinds that `node` stands in."""
        above = self.parents.get(node)
        while above is not None and not isinstance(above, kinds):
            above = self.parents.get(above)
        return above

    @cached_property
    def imports(self) -> dict[str, str]:
        """Map each imported name to what it stands for: `F` to `torch.nn.functional`."""
        found = {}
        for node in self._nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    root = alias.name.partition(".")[0]
                    found[alias.asname or root] = alias.name if alias.asname else root
            elif isinstance(node, ast.ImportFrom):
                home = "." * node.level + (node.module or "")
                found |= {alias.asname or alias.name: f"{home}.{alias.name}" for alias in node.names}
        return found

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that are imported, by their first name."""
        return frozenset(name.partition(".")[0] for name in self.imports.values())

    @cached_property
    def words(self) -> frozenset[str]:
        """Every identifier and every short string in the script."""
        found = {node.id for node in self.nodes(ast.Name)} | {node.attr for node in self.nodes(ast.Attribute)}
        found |= {keyword.arg for keyword in self.nodes(ast.keyword) if keyword.arg}
        found |= {node.value for node in self.nodes(ast.Constant) if isinstance(node.value, str)}
        found |= {part for name in self.imports.values() for part in name.split(".")}
        found |= {node.name for node in self.nodes(ast.FunctionDef)} | {n.name for n in self.nodes(ast.ClassDef)}
        return frozenset(found)

    @cached_property
    def uses_transformers(self) -> bool:
        """Whether a pretrained encoder is at work here."""
        return "transformers" in self.packages

    @cached_property
    def adapts(self) -> bool:
        """Whether only a part of the model, or an adapter, may be trained, to which other rules apply."""
        return bool(self.words & _ADAPTERS)

    @cached_property
    def trains(self) -> bool:
        """Whether something is trained here: a backward pass, a Trainer, or `fit`."""
        called = {node.func.attr for node in self.nodes(ast.Call) if isinstance(node.func, ast.Attribute)}
        return bool(called & {"backward", "fit"}) or any(True for _ in self.calls("Trainer", "Seq2SeqTrainer"))

    def name(self, node: ast.AST) -> str:
        """Return a dotted name with its import resolved (`nn.Softmax`: `torch.nn.Softmax`), or `` if none."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute) and (before := self.name(node.value)):
            return f"{before}.{node.attr}"
        return ""

    def calls(self, *names: str, of: tuple[str, ...] = ()) -> Iterator[ast.Call]:
        """Yield calls of what is called so, or of a class here that is derived from it, in the order of the file.

        Args:
            names: last parts of dotted names.
            of: packages that it may come from; a name that is imported from elsewhere or made here is another
                thing. A name that is not imported at all counts: the script may be a part of one.
        """
        wanted = {*names, *(own for base in names for own in self._derived(base, of))}
        found = [node for node in self.nodes(ast.Call) if self._is(node.func, wanted, of)]
        return iter(sorted(found, key=lambda node: (node.lineno, node.col_offset)))

    def _is(self, node: ast.expr, wanted: set[str], of: tuple[str, ...]) -> bool:
        if self.name(node).rpartition(".")[2] not in wanted:
            return False
        if isinstance(node, ast.Name) and node.id in self._classes:
            return any(self.derives(node.id, base, of) for base in wanted)
        return self._is_from(node, of)

    def _is_from(self, node: ast.expr, of: tuple[str, ...]) -> bool:
        """Tell whether a name comes from some packages, or, being a plain one, from where cannot be seen."""
        if not of:
            return True
        if _root(node) in self.imports:
            return self.name(node).partition(".")[0] in of
        return isinstance(node, ast.Name)

    @cached_property
    def _classes(self) -> dict[str, ast.ClassDef]:
        return {node.name: node for node in self.nodes(ast.ClassDef)}

    def _derived(self, base: str, of: tuple[str, ...]) -> frozenset[str]:
        """Return the classes of this file that are derived, at any depth, from `base` of other packages."""
        return frozenset(name for name in self._classes if self.derives(name, base, of))

    def derives(self, name: str, base: str, of: tuple[str, ...] = (), seen: frozenset[str] = frozenset()) -> bool:
        """Tell whether the class `name` of this file is derived from `base`, which comes from packages `of`."""
        if name in seen:
            return False
        for above in self._classes[name].bases:
            dotted = self.name(above)
            if dotted in self._classes:
                if self.derives(dotted, base, of, seen | {name}):
                    return True
            elif dotted.rpartition(".")[2] == base and self._is_from(above, of):
                return True
        return False

    def classes(self, base: str, of: tuple[str, ...] = ()) -> Iterator[ast.ClassDef]:
        """Yield the classes of this file that are derived from `base`."""
        return (node for name, node in self._classes.items() if self.derives(name, base, of))

    def constant(self, node: ast.AST | None) -> Any:  # noqa: ANN401  (any literal)
        """Return a literal, or that of a name that is assigned once in the file; None where it is neither."""
        if isinstance(node, ast.Name):
            values = self._values.get(node.id, [])
            node = values[0] if len(values) == 1 else None
        try:
            return ast.literal_eval(node) if isinstance(node, ast.expr) else None
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None

    def value(self, node: ast.AST | None) -> ast.AST | None:
        """Return what a name stands for, where it is assigned once; anything else as it is."""
        if isinstance(node, ast.Name):
            values = self._values.get(node.id, [])
            return values[0] if len(values) == 1 else None
        return node

    @cached_property
    def _values(self) -> dict[str, list[ast.AST | None]]:
        """Map each name to all that it is bound to: None where that is no expression of its own."""
        found: dict[str, list[ast.AST | None]] = {}
        for node in self._nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, []).append(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                found.setdefault(node.target.id, []).append(node.value)
        plain = {
            node.targets[0]
            for node in self.nodes(ast.Assign)
            if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        } | {node.target for node in self.nodes(ast.AnnAssign)}
        for name in self.nodes(ast.Name):
            if isinstance(name.ctx, ast.Store) and name not in plain:
                found.setdefault(name.id, []).append(None)
        for parameter in self.nodes(ast.arg):
            found.setdefault(parameter.arg, []).append(None)
        return found

    @cached_property
    def _feeds(self) -> list[tuple[int, frozenset[str], frozenset[str]]]:
        """What is put into names: the line, the names, and the names in what is put there."""
        found = []
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                found.append((node.lineno, names_in(*node.targets), names_in(node.value)))
            elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value:
                found.append((node.lineno, names_in(node.target), names_in(node.value)))
            elif isinstance(node, ast.For):
                found.append((node.lineno, names_in(node.target), names_in(node.iter)))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLS:
                found.append((node.lineno, names_in(node.func.value), names_in(*node.args)))
        return found

    def sources(self, node: ast.AST, before: int) -> frozenset[str]:
        """Return the names that flow into `node`, at any remove, in lines above `before`."""
        reached, wave = set[str](), set(names_in(node))
        while wave:
            reached |= wave
            wave = {
                name
                for line, into, out in self._feeds
                if line < before and into & wave
                for name in out
                if name not in reached
            }
        return frozenset(reached)


def names_in(*nodes: ast.AST) -> frozenset[str]:
    """Return the plain names in some nodes."""
    return frozenset(part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name))


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

"""The changes that can be made to one source, found in slang's syntax tree.

The tree is that of a simulation without checks: `SYNTHESIS` is defined, so assertions are not there to be changed. A change
replaces one token, condition, connection or assignment; `node` is the smallest expression or statement around it, which a
schema can put behind a choice without touching widths and signs. Where the language wants a constant (parameters, ranges,
generate conditions, headers of loops) a choice at run time is impossible: such a change is `fixed` and needs its own build.
"""

import re
from dataclasses import dataclass, field

import pyslang
from pyslang import parsing, syntax

#: Operator -> the one that takes its place.
OPERATORS = {
    "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "&": "|", "|": "&", "^": "|", "<<": ">>", ">>": "<<",
}  # fmt: skip

#: No circuit: ports, types of arguments, sensitivity lists, messages, simulation set-up. (Nor are checks of parameters.)
SKIPPED = ("AnsiPortList", "FunctionPrototype", "EventControlWithExpression", "ElabSystemTask", "AttributeInstance", "InitialBlock")

#: Constant by the rules of the language, all of it.
FIXED = ("ParameterDeclaration", "ParameterValueAssignment", "TypedefDeclaration", "VariableDimension")

#: Kind of node -> those of its parts that are constant.
FIXED_PARTS = {
    "IfGenerate": ("condition",),
    "LoopGenerate": ("initialExpr", "stopExpr", "iterationExpr"),
    "ForLoopStatement": ("initializers", "stopExpr", "steps"),
    "MultipleConcatenationExpression": ("expression",),
    "SimpleRangeSelect": ("left", "right"),
    "AscendingRangeSelect": ("right",),
    "DescendingRangeSelect": ("right",),
}


@dataclass
class Mutant:
    """One change: from line `number` (from 1) of `module`, `before` becomes `after`; then the verdict."""

    module: str
    number: int
    rule: str
    before: str
    after: str
    fixed: bool = False
    result: str = ""
    how: str = ""
    seconds: float = 0.0
    #: Offsets of the node around the change, what it becomes, and whether it is a statement.
    node: tuple[int, int] = field(default=(0, 0), repr=False)
    instead: str = field(default="", repr=False)
    statement: bool = field(default=False, repr=False)

    def told(self) -> dict:
        """For out/mutation.json."""
        names = ("module", "number", "rule", "before", "after", "fixed", "result", "how", "seconds")
        return {name: getattr(self, name) for name in names}


def tree_of(text: str) -> syntax.SyntaxTree:
    """The syntax tree without checks; offsets are those of `text`."""
    if not text.isascii():
        raise ValueError("a source of the RTL is not ASCII, offsets would not hold")
    options = parsing.PreprocessorOptions()
    options.predefines = ["SYNTHESIS=1"]
    bag = pyslang.Bag()
    bag.preprocessorOptions = options
    tree = syntax.SyntaxTree.fromText(text, pyslang.SourceManager(), "source", "source.sv", bag)
    if len(tree.diagnostics):
        raise ValueError(f"slang does not read it: {tree.diagnostics[0].code}")
    return tree


def span(node) -> tuple[int, int]:
    """First offset and the one behind the last."""
    return node.sourceRange.start.offset, node.sourceRange.end.offset


def token_span(token) -> tuple[int, int]:
    return token.range.start.offset, token.range.end.offset


class Finder:
    """Walks one source and collects its mutants."""

    def __init__(self, module: str, text: str):
        self.module, self.text, self.found, self.fixed_spans, self.functions = module, text, [], [], []
        tree_of(text).root.visit(self._visit)
        self.fixed_spans += self._constant_functions()
        for mutant in self.found:
            mutant.fixed = any(start <= mutant.node[0] and mutant.node[1] <= end for start, end in self.fixed_spans)
        self.found.sort(key=lambda m: (m.node, m.rule))

    def _constant_functions(self) -> list[tuple[int, int]]:
        """Functions that parameters are computed with, and those that they call."""
        by_name = {f.prototype.name.getFirstToken().valueText: span(f) for f in self.functions}
        todo, constant = list(self.fixed_spans), {}
        while todo:
            start, end = todo.pop()
            called = set(re.findall(r"\w+(?= *\()", self.text[start:end])) & set(by_name) - set(constant)
            constant |= {name: by_name[name] for name in called}
            todo += [by_name[name] for name in called]
        return list(constant.values())

    def _visit(self, node):
        if not isinstance(node, syntax.SyntaxNode):
            return pyslang.ast.VisitAction.Advance
        kind = node.kind.name
        if kind in SKIPPED or (kind == "IfGenerate" and "$fatal" in self.text[slice(*span(node))]):
            return pyslang.ast.VisitAction.Skip
        if kind == "FunctionDeclaration":
            self.functions.append(node)
        if kind in FIXED:
            self.fixed_spans.append(span(node))
        for part in FIXED_PARTS.get(kind, ()):
            self._fix(getattr(node, part))
        if kind == "CastExpression":
            self._fix(node.left)
        for rule, change, instead, around, statement in self._changes(node, kind):
            self._keep(rule, change, instead, around, statement)
        return pyslang.ast.VisitAction.Advance

    def _fix(self, part) -> None:
        parts = [part] if isinstance(part, syntax.SyntaxNode) else list(part or [])
        self.fixed_spans += [span(p) for p in parts if isinstance(p, syntax.SyntaxNode)]

    def _changes(self, node, kind):
        """(rule, offsets of the change, text in its place, node around it, is it a statement)."""
        text = self.text
        if isinstance(node, syntax.BinaryExpressionSyntax):
            operator = token_span(node.operatorToken)
            was = text[slice(*operator)]
            if kind == "NonblockingAssignmentExpression":
                if isinstance(node.parent, syntax.ExpressionStatementSyntax):
                    target = text[slice(*span(node.left))]
                    yield "held", span(node.right), target, node.parent, True
            elif was in OPERATORS and not kind.endswith("AssignmentExpression"):
                yield was, operator, OPERATORS[was], node, False
        elif kind == "UnaryLogicalNotExpression":
            yield "not", token_span(node.operatorToken), "", node, False
        elif kind == "ConditionalPredicate":
            conditions = list(node.conditions)
            if len(conditions) == 1:
                inner = conditions[0].expr
                while isinstance(inner, syntax.ParenthesizedExpressionSyntax):
                    inner = inner.expression
                yield "always", span(inner), "1'b1", inner, False
        elif kind == "NamedPortConnection":
            name = node.name.valueText
            value = node.expr and text[slice(*span(node.expr))]
            if value and name.endswith("_i") and not re.search("clk|rst", name) and not value.startswith("'"):
                yield "tied", span(node.expr), "'0", node.expr, False
        elif kind == "IntegerVectorExpression":
            base, digits = re.fullmatch(r"(\d*'s?[bodh])\s*(\w+)", text[slice(*span(node))].lower()).groups()
            yield from self._constant(node, base, digits)
        elif kind == "IntegerLiteralExpression" and self._is_cast(node):
            yield from self._constant(node, "", text[slice(*span(node))])

    def _is_cast(self, node) -> bool:
        """The value of a cast: `tag_t'(1)`. Other bare numbers are lengths and indices."""
        inside = node.parent
        return isinstance(inside, syntax.ParenthesizedExpressionSyntax) and isinstance(inside.parent, syntax.CastExpressionSyntax)

    def _constant(self, node, base: str, digits: str):
        radix = {"b": 2, "o": 8, "h": 16}.get(base[-1:], 10)
        try:
            value = int(digits, radix)
        except ValueError:
            return  # x, z and ?
        rule = {"1'b0": "0 to 1", "1'b1": "1 to 0"}.get(base + digits, "constant")
        other = {2: f"{value ^ 1:0{len(digits)}b}", 8: f"{value ^ 1:o}", 16: f"{value ^ 1:x}"}.get(radix, str(value ^ 1))
        yield rule, span(node), base + other, node, False

    def _keep(self, rule, change, instead, around, statement) -> None:
        text, (start, end) = self.text, span(around)
        if re.search(r"\brst_\w*ni\b", text[start:end]) or '"' in text[start:end]:
            return  # resets and messages
        node_after = text[start : change[0]] + instead + text[change[1] : end]
        if node_after == text[start:end]:
            return
        first = text.rfind("\n", 0, change[0]) + 1
        last = text.find("\n", change[1])
        before = " ".join(text[first:last].split())
        after = " ".join((text[first : change[0]] + instead + text[change[1] : last]).split())
        in_another = isinstance(around.parent, syntax.BinaryExpressionSyntax) and not around.parent.kind.name.endswith("AssignmentExpression")
        if rule in ("&&", "||", "&", "|", "^") and in_another and first <= start and end <= last:
            # The operands stay what they are, though the new operator may bind less close.
            after = " ".join(f"{text[first:start]}({node_after}){text[end:last]}".split())
        node_after = " ".join(re.sub(r"//[^\n]*", "", node_after).split())  # a schema keeps the lines where they are
        if rule == "not":  # one bit also where the operand has more
            node_after = f"!(!{node_after})"
        number = text.count("\n", 0, change[0]) + 1
        self.found.append(Mutant(self.module, number, rule, before, after, node=(start, end), instead=node_after, statement=statement))


def mutants_of(module: str, text: str) -> list[Mutant]:
    """All mutants of one source, in order, those that need a build of their own (`fixed`) included."""
    return Finder(module, text).found


def mutated(text: str, mutant: Mutant) -> str:
    """The source with this one change in it."""
    instead = mutant.instead if mutant.statement else f"({mutant.instead})"
    return text[: mutant.node[0]] + instead + text[mutant.node[1] :]

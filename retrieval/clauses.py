"""Kinds of clauses: how a question asks for one, and what a contract says that has it.

Words that a question shares with a page say that the page speaks *of* a thing. A contract that terminates for breach
alone speaks of termination, and yet has no answer to whether it can be terminated without cause. So for the common
kinds of clauses it is written down here what a sentence must say to be one. The kinds are those that contract reviews
look for (Hendrycks et al., "CUAD: An Expert-Annotated NLP Dataset for Legal Contract Review", 2021, table 1, and common
boilerplate); the wordings are general contract language.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from retrieval.expectation import Kind, has_kind


@dataclass(frozen=True, slots=True)
class Clause:
    """A kind of clause.

    Attributes:
        asked: a question that matches asks for it.
        stated: a sentence, with its heading, must match all of these to state it.
        unless: what a question that matches this asks for is another kind.
        never: a sentence that matches this states another kind.
        value: a kind of value that the sentence must have as well.
    """

    asked: str
    stated: tuple[str, ...]
    unless: str = ""
    never: str = ""
    value: Kind | None = None


_NOT = r"\b(not|no|neither|nor|without|never|void|prohibit\w*|refrain\w*|restrict\w*)\b"
_ENDING = r"\b(terminat\w*|expir\w*|cancel\w*)"
_CLAUSES = (
    # Who may end it, and when.
    Clause(
        rf"({_ENDING}|\bend\b|\bexit\b|get\sout).*(without\s(any\s)?(cause|reason)|convenience|any\s(reason|time)|at\swill)",
        (
            _ENDING,
            r"without\s+(\w+\s+)?(cause|reason)|convenience|(any|no)\s+(reason|cause)|any\s+time|at\s+will"
            r"|(sole|own)\s+discretion|(days|months|weeks)['’]?\s+(\w+\s+){0,3}notice"
            r"|notice\b[^.;]{0,80}\b(days|months|weeks)\b",
        ),
        never=r"\b(breach|default|fail(s|ed|ure)?|insolven\w*|bankrupt\w*|non-?renew\w*)\b",
    ),
    Clause(
        r"\b(renew\w*|extend(ed)?|extension)\b",
        (r"\b(renew\w*|extend\w*|extension\w*|successive|additional\s+term|(month|year)[\s-]+to[\s-]+(month|year))\b",),
    ),
    Clause(
        r"\b(term|agreement|contract|lease)\b.*\b(expires?|ends?|run\sout|over)\b|\bexpir(y|ation)\b|how\slong\b.*\bterm\b",
        (
            r"\b(term|agreement|contract|lease|effective|period)\b",
            r"\b(until|through|expir\w*|terminat\w*|ends?|ending)\b|\b(period|term)\s+of\b|\b(years?|months?)\b",
        ),
        unless=r"\brenew|without|convenience|after|following|upon",
    ),
    Clause(
        r"(obligations?|dut(y|ies)|services?|what|which)\b.*\b(remain|continu\w*|surviv\w*|last)\b.*(after|following|upon)"
        rf".*{_ENDING}|(after|following|upon)\s(the\s)?({_ENDING}|end\sof)",
        (
            rf"(upon|after|following|on|notwithstanding|event\s+of)\s[^.;]{{0,80}}{_ENDING}|\bsurviv\w*|wind[\s-]*down|transition",
        ),
        unless=r"\brenew",
    ),
    Clause(
        r"liquidated|(termination|cancellation|break)[\s-](fee|charge|payment)|penalt",
        (
            r"liquidated|(terminat\w*|cancel\w*)\s+(fee|charge|payment|penalt)\w*|\bpenalt(y|ies)\b"
            r"|(fee|charge|pay)\b[^.;]{0,60}\bearly\s+terminat",
        ),
    ),
    Clause(
        r"change\s(of|in)\s(control|ownership)|\bmerger\b|acquired\sby",
        (r"change\s+(of|in)\s+(control|ownership)|\bmerge[rd]?\b|consolidat\w*|sale\s+of\s+(all|substantially)",),
    ),
    # Handing it on.
    Clause(
        r"\bassign\w*|\btransfer\w*\b.*\b(agreement|contract|third\sparty|rights)",
        (r"\b(assign|transfer|delegat)\w*", rf"{_NOT}|consent|approval|permission|may\b|binding"),
        unless=r"intellectual|invention|\bip\b|patent|copyright",
    ),
    # Money.
    Clause(
        r"(revenue|profit|income|proceeds|earnings|sales)\w*\b.*\b(shar\w*|split|divid\w*)|shar\w+\s(of|in)\s(the\s)?(revenue|profit)",
        (
            r"\broyalt(y|ies)\b(?!-free)|\bcommissions?\b|(revenue|profit)s?[\s-]+shar\w*"
            r"|(%|percent)\)?\s+of\s+(the\s+|all\s+|any\s+|its\s+|each\s+)?(gross|net|total|amounts?|fees?|price|receipts|value)"
            r"|\b(compensat|remunerat)\w*[^.;]{0,80}(%|percent)"
            r"|(%|percent|share|portion|split|half|divid\w*)[^.;]{0,80}\b(revenue|profit|sales|proceeds|income|receipts)"
            r"|\b(revenue|profit|sales|proceeds|income|receipts)\w*\b[^.;]{0,100}(%|percent|shared|split|divid\w*|distribut\w*|equal\w*|half)",
        ),
        never=r"sales\s+tax",
    ),
    Clause(
        r"minimum|least.*(order|purchase|buy)|(purchase|order|volume)\scommitment",
        (
            r"\bminimum\b|\bat\s+least\b|\b(no|not)\s+(less|fewer)\s+than\b|\bguarantee[ds]?\b",
            r"\b(purchas|order|buy|bought|quantit|volume|units?|pay|fees?|royalt|sales|spend|commit|obligat|suppl|deliver)\w*",
        ),
        never=r"\b(notice|insurance|coverage|days|per\s+occurrence)\b",
    ),
    Clause(
        r"most[\s-]favou?red|better\s(price|term)s",
        (r"most[\s-]+favou?red|(less|as)\s+favou?rable|low(er|est)\s+(price|rate)s?|more\s+favou?rable",),
    ),
    # Liability.
    Clause(
        r"uncapped|unlimited\b.*liab|liab\w*\b.*\b(unlimited|uncapped|without\slimit)",
        (
            r"\b(liab|limitation|damages)\w*",
            r"(shall|does|do|will|is)\s+not\s+(apply|limit|be\s+limited|exclude)|\b(except|other\s+than|unless)\b"
            r"|unlimited|uncapped|nothing\s+in\s+this",
            r"indemni\w*|confidential\w*|negligence|wil+ful|fraud|misconduct|infring\w*|death|unlimited|uncapped",
        ),
    ),
    Clause(
        r"(cap|capped|limit\w*|maximum|ceiling)\b.*\bliab|liab\w*\b.*\b(cap|capped|limit\w*|maximum)",
        (
            r"\b(liab|damages|obligations?)\w*",
            r"\b(exceed\w*|in\s+excess|limited\s+to|capped|maximum|aggregate|greater\s+of|lesser\s+of|up\s+to)\b"
            r"|\bno\s+event\b|\b(not|neither|nor|no)\b[^.;]{0,60}\bliable\b|\bliable\b[^.;]{0,40}\bonly\b",
        ),
        unless=r"uncapped|unlimited",
    ),
    Clause(
        r"\binsur",
        (
            r"\binsur(ance|ed|e|er|ers)\b",
            r"\b(maintain|carry|carries|procure|obtain|acquire|purchase|keep|provide|coverage|polic(y|ies)|limits?)\w*",
        ),
    ),
    Clause(r"indemni|hold\sharmless", (r"indemni\w*|hold\s[^.;]{0,40}harmless",)),
    Clause(
        r"how\slong.*warrant|warrant\w*\b.*\b(long|last|period|durat\w*|months|years)|guarantee\s?period",
        (r"\b(warrant|guarant)\w*",),
        value=Kind.DURATION,
    ),
    # What the parties may not do.
    Clause(
        r"exclusiv|sole\s(supplier|distributor|source)",
        (
            r"(?<!non-)(?<!non)(?<!non\s)\bexclusiv(e|ity|ely)\b(?!\s+(jurisdiction|venue|remed|property|owner|of\b))"
            r"|\b(sole|only)\s+(and\s+exclusive\s+)?(supplier|provider|distributor|source|licensee|agent|sponsor|manufacturer)"
            r"|solely\s+from|all\s+of\s+its\s+requirements"
            r"|shall\s+not\s+[^.;]{0,60}\b(any\s+other|third|another)\b",
        ),
        never=r"exclusive\s+(jurisdiction|remed\w+|property)",
    ),
    Clause(
        r"\bcompet(e|es|ing|ition|itor|itive)",
        (
            r"\bcompet(e|es|ing|ition|itors?|itive)\b|\bsimilar\s+(to|business|products?|services?)"
            r"|\bengage[sd]?\s+in\s+any\b[^.;]{0,40}\b(business|enterprise)",
            _NOT,
        ),
        never=r"competent",
    ),
    Clause(
        r"solicit|poach|\b(hired?|recruit\w*)\b",
        (r"\b(solicit|hire|recruit|induce|entice|employ)\w*", rf"{_NOT}|\bagrees?\b"),
    ),
    Clause(r"disparag", (r"disparag\w*|derogat\w*",)),
    Clause(r"first\s(refusal|offer|negotiation)", (r"first\s+(refusal|offer|negotiat\w*|right)|\bpre-?empti\w*",)),
    Clause(r"covenant\snot|\b(contest|challenge)\b", (r"\b(contest|challenge|attack|sue|oppose)\w*", _NOT)),
    # What belongs to whom, and who may look.
    Clause(
        r"\bown\w*\b.*\b(intellectual|invention|created|developed|work\sproduct|copyright|patent|ip)\b"
        r"|(intellectual\sproperty|inventions?|work\sproduct)\b.*\b(own\w*|belong\w*|assign\w*)",
        (
            r"\b(own(s|ed|er|ership)?|vest\w*|assign(s|ed|ment)?|property\s+of|belong\w*|title)\b|work\s+(made\s+)?for\s+hire",
            r"\b(creat|develop|conceiv|invent|improve|prepar|produc|discover|reduc|author)\w*|work\s+product|work\s+(made\s+)?for\s+hire",
            r"\b(intellectual|invention|patent|copyright|works?\b|improvement|deliverable|material|result|data|software|technology)",
        ),
    ),
    Clause(
        r"licen[cs]es?\b.*\bgrant|grant\w*\b.*\blicen[cs]e|what\slicen[cs]e",
        (
            r"\b(grant|licen[cs]e)\w*",
            r"\blicen[cs]\w*|right\s+to\s+use|\bsublicen[cs]\w*",
            r"\bgrant\w*|\blicenses\b|\bmay\s+use\b|permission",
        ),
    ),
    Clause(
        r"\baudit\w*|inspect\w*\b.*\b(books|records)",
        (
            r"\b(audit|inspect|examin|review|access|verif|photocop)\w*|\bmake\s[^.;]{0,60}available\b",
            r"\b(books?|records?|accounts?|premises|offices?|facilit\w+|ledgers?|logs?)\b",
        ),
    ),
    Clause(r"escrow", (r"\bescrow\w*",)),
    Clause(r"beneficiar", (r"beneficiar\w*|third\s+part(y|ies)[^.;]{0,80}(enforce|benefit)",)),
    Clause(r"force\smajeure|beyond\b.*\bcontrol", (r"force\s+majeure|beyond\s[^.;]{0,40}control|acts?\s+of\s+god",)),
    Clause(r"arbitrat", (r"\barbitrat\w*",)),
    Clause(
        r"\bgovern\w*\b.*\blaws?\b|\blaws?\b.*\b(govern|appl)\w*",
        (r"\blaws?\b", r"\b(govern\w*|construed|interpreted|accordance|appl\w*|subject)\b"),
    ),
)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    # Blanks in the patterns are meant: no verbose mode.
    return re.compile(text, re.IGNORECASE)


def asked_clauses(question: str) -> tuple[Clause, ...]:
    """The kinds of clauses that a question asks for; none where it asks for something else."""
    return tuple(
        clause
        for clause in _CLAUSES
        if _pattern(clause.asked).search(question) and not (clause.unless and _pattern(clause.unless).search(question))
    )


def states_any(heading: str, text: str, clauses: Sequence[Clause]) -> bool:
    """Whether a sentence under a heading is a clause of one of some kinds."""
    said = f"{heading}. {text}"
    return any(states(said, clause) for clause in clauses)


def states(text: str, clause: Clause) -> bool:
    """Whether a sentence, with its heading, is a clause of a kind."""
    return (
        all(_pattern(part).search(text) for part in clause.stated)
        and not (clause.never and _pattern(clause.never).search(text))
        and (clause.value is None or has_kind(text, clause.value))
    )

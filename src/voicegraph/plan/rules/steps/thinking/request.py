"""The request that a thinking reader looks at, and what it makes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicegraph.plan.rules.steps.phrase import GAP, Phrase, ungapped
from voicegraph.plan.rules.steps.sources.search import search_step
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_vague
from voicegraph.words.patterns import named, rx, word_set, words


@dataclass(frozen=True, slots=True)
class ThinkingRequest:
    """A clause whose sources and destinations are known. `told`: its words before the sources were taken out."""

    phrase: Phrase
    context: Context
    sources: Sequence[PlannedStep]
    deliveries: Sequence[PlannedStep]
    told: str

    @property
    def has_material(self) -> bool:
        """Whether there is something to work on."""
        return bool(self.sources) or self.context.has_input

    def tidy(self, words: str) -> str:
        """The user's own words, without gaps."""
        return self.context.shelter.restore(ungapped(words))

    def instruction(self) -> str:
        """The clause as an order: its verb in base form, and what was told of it."""
        return self.tidy(f"{self.phrase.lemma.capitalize()} {_LINK_BEFORE_GAP.sub(' ', self.told)}")

    def search_for(self, topic: str) -> list[PlannedStep]:
        """Where there is no material: a search for the topic."""
        step = None if self.has_material or is_anaphor(topic) or is_vague(topic) else search_step(topic)
        note = f'It was not said where to find "{self.tidy(topic)}", so the web is searched for it.'
        return [replace(step, note=note, doubt=True)] if step else []


_LINK_BEFORE_GAP = rx(rf" ?(?:\b{words('and to in on by with for via into')} ){{0,4}}{GAP} ?")
_SHORT = rx(
    r"\b(?:short|brief|concise|quick|compact|crisp|one[ -](?:line|sentence|paragraph)|two-sentence|"
    r"tl;?dr|in (?:one|a|two|three|[1-3]) sentences?)\b"
)
_LONG = rx(r"\b(?:long|detailed|in[ -]depth|thorough|comprehensive|extensive)\b")
_NO_SLUG = word_set(
    "the a an all any some of from my our its their every each and or in on me us for with by that "
    "which is are there most it them "
    "this these those"
)
_CAPITAL = "(?-i:(?=[A-Z]))"
_WORD = r"[^\W\d_]+"
_AND = rx(" ?, ?(?:and )?(?:to |into )?| and (?:to |into )?")
_LANGUAGES = rx(
    r"\b(?:in)?to (?:(?:both|simple|plain|brazilian|british|american|european|swiss|formal|proper) )?",
    named("all", named("first", _WORD) + f"(?:(?:{_AND.pattern}){_CAPITAL}{_WORD}){{0,9}}"),
)
_NO_LANGUAGE = word_set("a an the my our me us it them slack notion email all each every this that both")
_INSIGHTS = rx(
    r"(?:\w+ )?insights|(?:(?:key|main|most important|important) )?(?:points|takeaways|highlights|facts|ideas|findings)"
)
"""What the catalogue has an action for, which works without a model: "email me the key points"."""
_DETERMINERS = rx("^(?:(?:the|all|any|a|an|some|its|their|every|each|of|me) )+")


def llm(action: str, label: str, instruction: str = "", **params: str) -> PlannedStep:
    """An llm step."""
    values: ParamValues = {"instruction": instruction} if instruction else {}
    return PlannedStep("think", "llm", action, label, values | params)


def with_length(step: PlannedStep, words: str) -> PlannedStep:
    """The step with the length these words ask for."""
    length = "short" if _SHORT.search(words) else "long" if _LONG.search(words) else ""
    return replace(step, params={**step.params, "length": length}) if length else step


def slug(words: str) -> str:
    """A snake_case action name of at most six words; "" when nothing is left."""
    kept = [word for word in re.findall("[a-z0-9]+", words.lower()) if word not in _NO_SLUG]
    name = "_".join(kept[:6])[:60].strip("_")
    return name if re.match("[a-z]", name) else ""


def translations(words: str) -> list[PlannedStep]:
    """A translation into each language that is named: "to Spanish, French and German"."""
    found = next((hit for hit in _LANGUAGES.finditer(words) if hit["first"].lower() not in _NO_LANGUAGE), None)
    if found is None:
        return [replace(llm("translate", "Translate"), note="Say which language to translate to.", doubt=True)]
    tasks = [f"Translate to {language.capitalize()}" for language in _AND.split(found["all"])]
    return [llm(slug(task) or "translate", task, task) for task in tasks]


def extraction(what: str) -> PlannedStep:
    """A step that finds something in its input."""
    what = _DETERMINERS.sub("", what.strip())
    if _INSIGHTS.fullmatch(what):
        return llm("extract_insights", f"Extract {what}")
    return llm(slug(f"extract {what}"), f"Extract {what}", f"Extract the {what}")

"""What a thinking reader looks at, and what it makes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicegraph.plan.rules.steps.model import Context, ParamValues, Step
from voicegraph.plan.rules.steps.phrase import GAP, Phrase, ungapped
from voicegraph.plan.rules.steps.sources.search import search_step
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_vague
from voicegraph.plan.rules.text.patterns import rx, word_set, words


@dataclass(frozen=True, slots=True)
class Request:
    """A clause whose sources and destinations are known. `told`: its words before the sources were taken out."""

    phrase: Phrase
    context: Context
    sources: Sequence[Step]
    deliveries: Sequence[Step]
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

    def search_for(self, topic: str) -> list[Step]:
        """Where there is no material: a search for the topic."""
        step = None if self.has_material or is_anaphor(topic) or is_vague(topic) else search_step(topic)
        note = f'It was not said where to find "{self.tidy(topic)}", so the web is searched for it.'
        return [replace(step, note=note, doubt=True)] if step else []


_LINK_BEFORE_GAP = rx(rf" ?(?:\b{words('and to in on by with for via into')} )*{GAP} ?")
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
_LANGUAGE = rx(
    r"\b(?:in)?to (?:(?:simple|plain|brazilian|british|american|european|swiss|formal|proper) "
    r")?(?P<language>[^\W\d_]+)\b"
)
_NO_LANGUAGE = word_set("a an the my our me us it them slack notion email all each every this that both")
_INSIGHTS = rx(
    r"(?:\w+ )?insights|(?:(?:key|main|most important|important) )?(?:points|takeaways|highlights|facts|ideas|findings)"
)
"""What the catalogue has an action for, which works without a model: "email me the key points"."""
_DETERMINERS = rx("^(?:(?:the|all|any|a|an|some|its|their|every|each|of|me) )+")


def llm(action: str, label: str, instruction: str = "", **params: str) -> Step:
    """An llm step."""
    values: ParamValues = {"instruction": instruction} if instruction else {}
    return Step("think", "llm", action, label, values | params)


def with_length(step: Step, words: str) -> Step:
    """The step with the length these words ask for."""
    length = "short" if _SHORT.search(words) else "long" if _LONG.search(words) else ""
    return replace(step, params={**step.params, "length": length}) if length else step


def slug(words: str) -> str:
    """A snake_case action name of at most six words; "" when nothing is left."""
    kept = [word for word in re.findall("[a-z0-9]+", words.lower()) if word not in _NO_SLUG]
    name = "_".join(kept[:6])[:60].strip("_")
    return name if re.match("[a-z]", name) else ""


def translation(words: str) -> Step:
    """A translation into the language that is named."""
    languages = (found["language"] for found in _LANGUAGE.finditer(words))
    language = next((language for language in languages if language.lower() not in _NO_LANGUAGE), None)
    if language is None:
        return replace(llm("translate", "Translate"), note="Say which language to translate to.", doubt=True)
    to = f"Translate to {language.capitalize()}"
    return llm(slug(to) or "translate", to, to)


def extraction(what: str) -> Step:
    """A step that finds something in its input."""
    what = _DETERMINERS.sub("", what.strip())
    if _INSIGHTS.fullmatch(what):
        return llm("extract_insights", f"Extract {what}")
    return llm(slug(f"extract {what}"), f"Extract {what}", f"Extract the {what}")

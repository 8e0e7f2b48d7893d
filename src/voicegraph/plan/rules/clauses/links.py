"""Words that say how a clause follows the one before it: then, also, at the same time, finally, in any case."""

from __future__ import annotations

from re import Pattern

from voicegraph.plan.rules.clauses.clause import Flag
from voicegraph.plan.rules.clauses.turns import DONE
from voicegraph.words.patterns import END, either, rx, words

_AND = "(?:and |but )?"
PARALLEL = words(
    "at_the_same_time in_parallel simultaneously concurrently side_by_side all_at_once "
    "in_the_meantime meanwhile parallelly"
)

_WISH = "(?:i|we)(?:'d| would) (?:also )?(?:like|love|want) (?:for )?(?:you )?to"
_A_MODEL = "(?:(?:an?|the|my|our|your|some) )?(?:(?:ai|language|large language) )?" + words(
    "model llm ai chat_?gpt gpt(?:-?[\\w.]+)? claude gemini llama mistral"
)
A_FLOW = "(?:(?:an?|the|this) (?:(?:new|little|simple|nightly|daily|weekly|monthly|hourly) )?(?:workflow|automation|flow|pipeline|bot|job)|something) (?:that|which|to|where|in which)(?: will| i| we)?"
"""What is built; verbs in the third person follow it."""
SUBJECT = either(
    _WISH,
    "(?:i|we) (?:also )?(?:want|need|wish|expect) (?:you )?to",
    "would (?:you )?mind",
    "(?:would|is) it (?:be )?possible (?:(?:for you )?to|that you)",
    "(?:is there|there is) (?:a|any|some) way (?:(?:for you )?to|you (?:can|could))",
    "(?:do you think )?(?:you|we) could",
    "it(?:'d| would) (?:be (?:great|nice|good|helpful|cool|lovely)|help(?: me)?(?: a lot)?) (?:if you (?:could|can|would)|to)",
    "can i (?:get|have)(?: you to)?(?= \\w)",
    "(?:can|could|would|will) you(?: also| then)?",
    "you (?:should|can|could|must|will|need to|have to)(?: also| then)?",
    "(?:i|we)(?:'ll| will| am going to|'m going to|'m gonna| can)",
    words("let's let_us go_ahead_and help_me_to help_me try_to be_sure_to remember_to don't_forget_to feel_free_to"),
    words("proceed_to continue_to in_order_to so_that_you do_me_a_favor_and so and but or to"),
    "make sure (?:to|you|that you)",
    "(?:your|the) (?:job|task|goal) is to",
    f"(?:(?:build|create|make|set up|design|write|run|start)(?: me)?|(?:i|we)(?:'d| would)? (?:want|need|like)) {A_FLOW}",
    A_FLOW,
    "let me(?= (?:upload|attach|give|provide))",
    "use (?:it|them|that|this) to",
    f"(?:use|ask|tell|get) {_A_MODEL} to",
    f"(?:have|let) (?=an? |the ){_A_MODEL}",
    "(?:start|begin)(?: off)? by",
    "(?:i|we)(?= upload)",
    r"(?:have|get) (?:it|them|that|this|everything|the (?:result|results|summary))(?= (?:\w+ed|sent|put|written)\b)",
)
"""Who is to do it, politely or not; it carries no meaning."""
_FIRST_BRANCH = either(
    "(?:in|on|along) (?:one|the first|the one) " + words("branch path track arm side hand"),
    r"(?:one|the first) (?:branch|path|track)(?= \w)",
)
_NEXT_BRANCH = either(
    "(?:in|on|along) (?:the other|the second|the third|a second|a third|another)(?: (?:one|branch|path|track|arm|side|hand))?",
    r"(?:the other|the second|the third|another)(?: (?:branch|path|track|one))(?= \w)",
)
"""Branches that are told one by one: "one branch analyzes it and …, the other one …"."""
_ANYWAY = either(
    "in (?:any|either|both) cases?", words("either_way regardless no_matter_what in_any_event whatever_happens always")
)
_ADVERB = either(
    _ANYWAY,
    _FIRST_BRANCH,
    _NEXT_BRANCH,
    f"{PARALLEL}(?! ?,? ?(?:and|then)\\b)",
    words(
        "then also finally lastly next first firstly second secondly third thirdly fourth afterward "
        "afterwards subsequently "
        "just simply maybe perhaps both again in_addition additionally plus please after_that after_this to_finish "
        "in_the_end only now instead automatically eventually last_but_not_least if_possible"
    ),
    r"last(?= \w+ (?:it|them|me))",
    r"(?:for )?the (?:first|second|third|last) step",
    r"step (?:one|two|three|four|five|\d)",
)
LEAD_IN = rx(f"(?: ?,? ?(?:{_ADVERB}|{SUBJECT}){END} ?,?)+ ?")
"""All that may stand between a comma or "and" and the verb of the next clause."""

LINKS: tuple[tuple[Flag | None, Pattern[str]], ...] = (
    (
        "parallel",
        rx(
            either(
                f"{_AND}"
                + either(
                    f"{PARALLEL}(?: (?:also|as that))?",
                    "while (?:you (?:do|are doing) (?:that|this)|doing (?:that|so))",
                    "as you do (?:that|this)",
                )
                + END,
                rf"{_AND}while (?:(?:you are |you're )?(?=\w+ing\b)|you (?=\w))",
                f"{_AND}{_NEXT_BRANCH}{END}",
            )
        ),
    ),
    ("branch", rx(_FIRST_BRANCH, END)),
    ("both", rx(r"(?:and )?both(?= \w+)(?! (?:of|my|the|to)\b)", END)),
    (
        "rejoin",
        rx(_AND, _ANYWAY, END),
    ),
    ("first", rx(_AND, "(?:before (?:that|this|doing (?:so|that)|you do (?:that|so))|but first)", END)),
    (
        "then",
        rx(
            either(
                _AND
                + either(
                    words(
                        "then next afterward afterwards subsequently following_that finally lastly "
                        "in_the_end eventually"
                    ),
                    words("to_finish last_but_not_least once_more fifth"),
                    "after (?:that|this|which)",
                    "(?:second|third|fourth)(?:ly)?",
                    "last(?= )",
                    "(?:the )?(?:second|third|fourth|last|next|final) step(?: is(?: to)?)?",
                    "(?:as )?step (?:two|three|four|five|[2-9])",
                )
                + END,
                f"(?:and )?(?:{DONE.pattern})",
            )
        ),
    ),
    ("also", rx(_AND, words("also plus in_addition additionally on_top_of_that besides as_well_as"), END)),
    (
        None,
        rx(
            either(
                "first(?:ly)?(?: of all)?",
                "to (?:start|begin)(?: with)?",
                "(?:the )?first step(?: is(?: to)?)?",
                "step (?:one|1)",
                words("and but or so now just simply maybe perhaps please instead only"),
                r"again(?= \w+ (?:the|a|it))",
                SUBJECT,
            ),
            END,
        ),
    ),
)
"""What may open a clause, and the flag it sets (None: it says nothing)."""

TAIL_PARALLEL = rx(rf"[ ,]*(?:,|\band|\ball|\bboth)? ?{PARALLEL} ?$")
TAIL = rx(
    r"[ ,]*(?:\b",
    either(
        "(?<!my )(?<!our )(?<!an )(?<!the )okay",
        words("too as_well please thanks automatically and then so also or but afterwards though now first"),
        "for me(?= ?$)",
    ),
    r"|[,.;:!?]) ?$",
)
"""What may close a clause and says nothing, at most of order ("first"), which its flags hold already."""
SOFT = rx("[ ,:.;!?-]+")

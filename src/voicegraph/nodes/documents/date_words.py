"""Words in dates: months of English, German, French, Spanish, Italian, Portuguese, Dutch and the North; zones; what says nothing."""

from __future__ import annotations

ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2,
    "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "sgt": 8, "hkt": 8, "awst": 8, "acst": 9.5,
    "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "nst": -3.5, "ndt": -2.5, "adt": -3, "ast": -4,
    "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akdt": -8, "akst": -9,
    "hst": -10, "ist": 5.5,
}  # fmt: skip
"""Hours from UTC. Of a name of several zones the one of most feeds counts (IST is India's, CST America's); a name that is left
out is none: its time is read as UTC, as a date that is hours off still orders the entries."""
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen", "feb fev", "mar mrz mrt maa", "apr avr abr", "may mai mei mag maj", "jun juin giu",
            "jul juil lug", "aug aou ago", "sep set", "oct okt ott out", "nov", "dec dez dic des",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""How their names begin, without accents; no other month of these languages begins so."""
FILLERS = frozenset(
    "de del d la las le el il al alle ore a as o um uhr uur om op den der am at of on the h kl klo vom".split()  # noqa: SIM905
)
"""As in “1 de diciembre de 2026 a las 9:00”, “am 1. Dezember um 9:00 Uhr”."""

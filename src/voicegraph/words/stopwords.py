"""Words that say nothing about a text's subject, in the languages people dictate most."""

from __future__ import annotations

_ENGLISH = """a about above after again against all also am an and any are as at be because been before being below between
both but by can could did do does doing down during each else few for from further get got had has have having he her
here hers him his how i if in into is it its itself just let like may me might more most much must my no nor not now of
off on once one only or other our out over own per said same say says shall she should so some such than that the their
them then there these they this those through to too under until up us use used using very was we were what when where
which while who whom why will with would yes yet you your"""
_GERMAN = """aber alle als also am an auch auf aus bei bin bis bist da damit dann das dass dem den der des die dies diese
dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas euch für gegen haben hat hatte hier ich ihm
ihn ihr ihre im in ist ja jede jeder jedes kann kein keine können man mehr mein mit muss nach nicht noch nun nur ob oder
ohne sein seine sich sie sind so soll sondern um und uns unser unter vom von vor war waren was wegen weil wenn wer werden
wie wir wird wo wurde zu zum zur über"""
_FRENCH = """au aux avec ce ces cet cette comme dans de des donc du elle elles en est et être eu fait il ils je la le les
leur leurs lui ma mais me mes mon même ne nos notre nous on ont ou où par pas plus pour qu que qui sa sans se ses si son
sont sur ta te tes ton tout tous très tu un une vos votre vous été"""
_SPANISH = """al algo como con cual cuando de del desde donde e el ella ellos en entre era es esa ese eso esta este esto
están está fue ha hay la las le les lo los mi muy más ni no nos o para pero por porque que quien se sea ser si sin sobre
son su sus también tan te tiene todo todos tu un una unos y ya yo"""
_ITALIAN = """agli ai al alla alle anche che chi ci come con cui da dal dalla dei del della delle di e ed era gli ha hanno
il io la le lo loro ma mi nei nel nella non o per perché più quella quello questa questo se si sono su sua sul sulla suo
tra un una uno è"""
_PORTUGUESE = """ao aos as com como da das de dele do dos e ela ele em entre era essa esse esta este eu foi há isso já lhe
mais mas me muito na nas no nos não o os ou para pela pelo por que quem se sem ser seu sua são também te tem um uma você
à às é"""
_DUTCH = """aan al als bij dan dat de deze die dit door een en er geen had heb heeft het hij hun ik in is je kan maar me
meer met mijn naar niet nog nu of om onder ook op over te tot uit van veel voor was wat we wel werd wie wij worden wordt
ze zich zij zijn zo zou"""

STOP_WORDS = frozenset(" ".join((_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _ITALIAN, _PORTUGUESE, _DUTCH)).split())

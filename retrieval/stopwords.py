"""Words that tell no document from another, English and French, without accents.

Words that mean something in the other language stay out ("car", "main"), but for "comment" and
"pour", with which so many French questions begin.
"""

_ENGLISH = """
a about above after again all also am an and any are aren as at be because been before being below
between both but by can cannot could couldn did didn do does doesn doing don down during each few
for from further had hadn has hasn have haven having he her here hers herself him himself his how
i if in into is isn it its itself just ll me more most my myself no nor not of off on once only or
other our ours ourselves out over own re s same she should shouldn so some such t than that the
their theirs them themselves then there these they this those through to too under until up ve
very was wasn we were weren what when where which while who whom why will with won would wouldn
you your yours yourself yourselves
"""

_FRENCH = """
ai aie aient ait alors as au aucun aucune aussi autre autres aux avaient avais avait avant avec
avez avoir avons ayant c ce ceci cela celle celles celui ces cet cette ceux chez ci combien comme
comment d dans de depuis des dois doit doivent donc dont du elle elles en encore entre es est et
etaient etais etait ete etes etre eu eux faire fais fait faut font ici il ils j je jusqu jusque l
la laquelle le lequel les leur leurs lors lorsqu lorsque lui m ma mais me meme memes mes moi mon n
ne ni nos notre nous on ont ou par parce pas pendant peu peut peuvent peux plus pour pourquoi puis
puisqu puisque qu quand que quel quelle quelles quelque quelques quels qui quoi quoique sa sans se
sera serait seront ses si sien soi soit sommes son sont sous suis sur ta te tes toi ton tous toute
toutes tres tu un une va vers voici voila vos votre vous vu y
"""

STOP_WORDS = frozenset((_ENGLISH + _FRENCH).split())

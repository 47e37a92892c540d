"""English words that say nothing by themselves."""

# Closed-class words, and the verbs and nouns of asking.
STOP_EN = frozenset(
    "a about above after all also an and any are as at be been before being between both but by can could did do "
    "does done each for from get give given had has have how i if in into is it its may me might much many must my "
    "no nor not of on or our please shall she should show so some still such tell than that the their them then "
    "there these they this those to under until upon us was we were what when where whether which while who whom "
    "whose why will with would you your".split()
)

"""Exact sequential statistics: bets on draws, and the process that turns bets into a verdict.

In this order:

    process      the two bounds and their proof
    claim        what a claim must offer to be bet against
    tilt         bets on means of linear and quadratic statistics (`quadratic` has their laws)
    bounded      bets on means of bounded statistics, whatever their law
    frequencies  bets on the weights of a multinomial
    heavy        bets on means of statistics with a variance and nothing more
    scale        bets on the size of squared errors
    events       bets on things that never happen
    likelihood   bets on one law against another
    joint        several of these side by side
"""

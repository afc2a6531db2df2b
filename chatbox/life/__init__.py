"""The ends of accounts: everything that somebody owns is taken out, or removed.

This is above the packages that hold the rows, for it is about all of them. Each of them knows its
own rows (`export`, `leaving`); here is only the order.
"""

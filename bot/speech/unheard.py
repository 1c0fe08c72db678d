"""Why nothing was understood of a voice note: for the log, without a word of what was said."""


class Unheard(Exception):
    pass

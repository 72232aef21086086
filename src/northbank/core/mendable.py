"""What all errors have in common that somebody at the machine can mend. Where they arise they have classes of their own."""


class Mendable(Exception):
    """Its text is for the person who started the program: what is wrong, and what to do."""

"""Pictures for the documentation, drawn by the page's own code: ``make gallery``."""

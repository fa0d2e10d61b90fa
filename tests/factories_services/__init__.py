"""Valid rows of the module that serves customers."""

"""The simulated BMSs: what each measures, the bytes of its frames, and how it answers."""

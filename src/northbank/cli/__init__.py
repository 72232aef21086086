"""The command line: one file a group of verbs. It reads arguments, calls verbs/, and says errors in one sentence."""

"""Pure rules: values in, values out. No clock, no chance, no file, no database, no network."""

"""HTTP: commands and queries as routes, sign-in, live screens, Open311."""

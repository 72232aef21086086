-- The ways into a scope, each once for every query there is: scoped.py puts them together. {} is the number of a parameter.

-- name: town
town = {}

-- name: owner
owner = {}

-- name: helper
support <> '{{}}' and support @> array[{}]

-- name: grid
grid = {}

-- name: reporter
reporter = {}

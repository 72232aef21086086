-- What a case can be, word for word as in core/metrics.py (WORDS), on the marks `m`. A test holds the two to one another.

-- name: reported
true

-- name: valid
m.standing not in ('rejected', 'cancelled', 'merged', 'reported')

-- name: registered
m.standing not in ('reported', 'accepted', 'verify_pending', 'rejected', 'merged')

-- name: stands
m.standing <> 'cancelled'

-- name: unfinished
m.state not in ('closed', 'rated', 'rejected', 'cancelled', 'merged', 'archived')

-- name: to_accept
m.accept_due is not null and m.standing <> 'merged'

-- name: accepted_in_time
m.accept_in_time

-- name: to_dispatch
m.dispatch_due is not null and m.standing not in ('rejected', 'cancelled', 'merged')

-- name: dispatched_in_time
m.dispatch_in_time

-- name: never_returned
m.returns = 0

-- name: to_solve
m.solve_due is not null and m.standing not in ('rejected', 'cancelled', 'merged')

-- name: solved
m.solve_met is not null

-- name: solved_in_time
m.solve_in_time

-- name: overdue_unsolved
m.solve_due < {until} and m.solve_met is null

-- name: extended
m.extensions > 0

-- name: closed
m.standing in ('closed', 'rated')

-- name: closed_in_time
m.standing in ('closed', 'rated') and m.solve_in_time

-- name: closed_late
m.standing in ('closed', 'rated') and m.solve_in_time is not true

-- name: proven
m.evidence

-- name: to_check
m.check_due is not null and m.standing not in ('rejected', 'cancelled', 'merged')

-- name: checked_in_time
m.check_in_time

-- name: reworked
m.reworks > 0

-- name: returned
m.returns > 0

-- name: reopened
m.reopenings > 0

-- name: rated
m.rating is not null

-- name: satisfied
m.rating >= 4

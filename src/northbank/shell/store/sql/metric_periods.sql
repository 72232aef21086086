-- Which moment puts a case into a period, word for word as in core/metrics.py (PERIODS), on the marks `m`.

-- name: report
(m.reported_at >= {since} and m.reported_at < {until})

-- name: accept
(m.accept_due >= {since} and m.accept_due < {until}) or (m.accept_met >= {since} and m.accept_met < {until})

-- name: dispatch
(m.dispatch_due >= {since} and m.dispatch_due < {until}) or (m.dispatch_met >= {since} and m.dispatch_met < {until})

-- name: solve
(m.solve_due >= {since} and m.solve_due < {until}) or (m.solve_met >= {since} and m.solve_met < {until})

-- name: check
(m.check_due >= {since} and m.check_due < {until}) or (m.check_met >= {since} and m.check_met < {until})

-- name: close
(m.solve_due >= {since} and m.solve_due < {until}) or (m.closed_at >= {since} and m.closed_at < {until})

-- name: end
(m.closed_at >= {since} and m.closed_at < {until})

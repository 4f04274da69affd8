package fulfil

// CountFailures keeps the failures in a row of each generation: tasks that stopped before they were
// RUNNING, and those that exited afterwards. Tasks replaced for their
// health are added where they are stopped, and so are attempts to place one (countUnplaced).
// Those that are lost with their container instance are simply replaced; what ECS makes of
// them is not published. A task that becomes healthy ends the row.
func (e *Executor) CountFailures() {
	for _, g := range e.Generations {
		if g.Of.Failures > 0 && e.BecameHealthy(g) {
			g.Of.Failures = 0
		}
		failures := g.Counts.FailedToStart + g.Counts.Exited
		n := failures - g.Of.SeenFailures
		g.Of.SeenFailures = failures
		g.Fail(n, e.Now)
	}
}

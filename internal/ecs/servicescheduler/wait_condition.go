package servicescheduler

// waitCondition is what a service waits for that is not in its own rows.
type waitCondition int

const (
	nothing      waitCondition = iota
	forInstances               // any change of a container instance of its cluster
	forRoom                    // and any task there that gives something back
)

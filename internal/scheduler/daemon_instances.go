package scheduler

// instanceState is that of a container instance.
type instanceState int

const (
	inService      instanceState = iota
	unheard                      // its agent is not connected
	leavingService               // it drains
	gone
)

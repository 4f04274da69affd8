package plan

// Condition is what a service waits for that is not in its own rows.
type Condition int

// Values of Condition; each includes those before it.
const (
	Nothing      Condition = iota
	ForInstances           // any change of a container instance of its cluster
	ForRoom                // and any task there that gives something back
)

package state

// Rebalancing is how far tasks have moved between Availability Zones.
type Rebalancing struct {
	InProgress bool
	// Extra is how many tasks have been started to stand in for others in their zone, which run still.
	Extra int
}

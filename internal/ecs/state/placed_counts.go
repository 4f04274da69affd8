package state

// PlacedCounts counts the tasks of Active of one deployment by where they were
// placed, so that the next one is balanced, and the balance known, without a list of them all.
type PlacedCounts struct {
	DeploymentID, SubnetID, Zone, CapacityProvider string
	Active                                         int
}

// countPlace adds n to the tasks of a place. It writes to the list.
func countPlace(list []PlacedCounts, place PlacedCounts, n int) []PlacedCounts {
	if place == (PlacedCounts{}) {
		return list
	}
	for i := range list {
		if p := list[i]; p.at(place) {
			list[i].Active += n
			return list
		}
	}
	place.Active = n
	return append(list, place)
}

// at reports whether p counts the tasks of a place.
func (p PlacedCounts) at(place PlacedCounts) bool {
	p.Active = place.Active
	return p == place
}

package scheduler

// picker is that of a generation, for one choice among its candidates.
func (p *planner) picker(g target, candidates []stopCandidate) picker {
	if onInstances(g.deployment) {
		if demand := p.in.Instances.Demand(g.deployment); demand != nil {
			return byPlacementStrategy(p.in.Instances.Pool(), demand)
		}
	}
	s := spread{strategy: g.deployment.Revision.CapacityProviderStrategy, byProvider: map[string]int{}, byZone: map[string]int{}}
	for _, t := range candidates {
		s.byProvider[t.task.Placement.CapacityProvider]++
		s.byZone[t.task.Placement.Zone]++
	}
	return s.take
}

package balancer

// Outstanding is how many requests are on their way to a target.
func (b *Balancer) Outstanding(group, id string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.groups[group].targets[id].outstanding.Load()
}

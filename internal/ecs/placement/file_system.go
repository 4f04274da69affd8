package placement

import "slices"

// putFileSystems has file systems be on the engine of the first task that the pool places of those that mount one. Where tasks that
// are there already mount it, the demand names the engine.
func (p *Pool) putFileSystems(engine string, ids []string) {
	for _, id := range ids {
		if p.homes == nil {
			p.homes = map[string]string{}
		}
		if p.homes[id] == "" {
			p.homes[id] = engine
		}
	}
}

// elsewhere reports whether a file system of a demand is on another engine than an instance.
func (p *Pool) elsewhere(n *node, d *Demand) bool {
	return len(p.homes) > 0 && slices.ContainsFunc(d.FileSystems, func(id string) bool {
		home := p.homes[id]
		return home != "" && home != n.instance.Host
	})
}

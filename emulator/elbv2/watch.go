package elbv2

import "github.com/ecs-emulator/ecs-emulator/emulator/store"

// Watched are the tables that the load balancer controller looks at. It wakes with ARNs of
// load balancers, for what is theirs alone; and with ARNs of target groups, for these and
// their targets: InUse says which load balancers that concerns. Its own writes to target
// health wake nobody.
func Watched() []store.Source {
	return []store.Source{
		store.OnKeys(loadBalancers),
		store.On(listeners, one(func(l *Listener) string { return l.LoadBalancer })),
		store.On(rules, one(func(r *Rule) string { return r.LoadBalancer })),
		store.OnKeys(targetGroups),
		store.On(targets, one(func(t *Target) string { return t.GroupARN })),
	}
}

// OnTaskHealth is the table that those look at who wait for the targets of tasks to be
// healthy. It wakes with ARNs of tasks.
func OnTaskHealth() store.Source {
	return store.On(targetHealth, func(before, after *TargetHealth) []string {
		if after == nil {
			after = before
		}
		if after.Task == "" {
			return nil
		}
		return []string{after.Task}
	})
}

// one wakes the id of what a row belongs to, which never changes.
func one[T any](id func(*T) string) func(before, after *T) []string {
	return func(before, after *T) []string {
		if after == nil {
			after = before
		}
		return []string{id(after)}
	}
}

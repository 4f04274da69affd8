package elasticloadbalancingv2

import (
	"cmp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Watched are the tables that the load balancer controller looks at. It wakes with ARNs of
// load balancers, for what is theirs alone; and with ARNs of target groups, for these and
// their targets, and for who uses them: InUse says which load balancers that concerns. Its own writes to target
// health wake no watch.
func Watched() []store.Source {
	return append(OnRouting(),
		store.OnKeys(loadBalancers),
		store.On(targets, one(func(t *Target) string { return t.GroupARN })),
		onGroupUse(),
	)
}

// OnRouting wakes with ARNs of load balancers whose listeners or rules change, and of target groups that do.
func OnRouting() []store.Source {
	return []store.Source{
		store.On(listeners, one(func(l *Listener) string { return l.LoadBalancer })),
		store.On(rules, one(func(r *Rule) string { return r.LoadBalancer })),
		store.OnKeys(targetGroups),
	}
}

// WatchedOfTasks are the tables that those look at who are to know how the targets of tasks are.
// They wake with ARNs of tasks; and with ARNs of target groups that go on a load balancer or off
// it, which concerns all tasks that have targets there.
func WatchedOfTasks() []store.Source {
	return []store.Source{
		store.On(targetHealth, ofTasks(func(h *TargetHealth) string { return h.Task })),
		store.On(targets, ofTasks(func(t *Target) string { return t.Task })),
		onGroupUse(),
	}
}

// OnLoadBalancers wakes with the ARN of each load balancer that changes.
func OnLoadBalancers() store.Source { return store.OnKeys(loadBalancers) }

// OnRemovals wakes what uses a load balancer, listener, rule or target group that has been removed: users says that, by its ARN.
func OnRemovals(users func(arn string) []string) []store.Source {
	return []store.Source{
		store.OnRemovals(loadBalancers, func(b *LoadBalancer) []string { return users(b.ARN) }),
		store.OnRemovals(listeners, func(l *Listener) []string { return users(l.ARN) }),
		store.OnRemovals(rules, func(r *Rule) []string { return users(r.ARN) }),
		store.OnRemovals(targetGroups, func(g *TargetGroup) []string { return users(g.ARN) }),
	}
}

// onGroupUse wakes with ARNs of target groups.
func onGroupUse() store.Source {
	return store.On(uses, func(before, after *use) []string {
		if before == nil {
			before = after
		}
		if !IsTargetGroup(before.Used) {
			return nil
		}
		return []string{before.Used}
	})
}

// IsTargetGroup reports whether an ARN names a target group.
func IsTargetGroup(arn string) bool { return strings.Contains(arn, ":targetgroup/") }

// ofTasks wakes the tasks that a row is and was about.
func ofTasks[T any](task func(*T) string) func(before, after *T) []string {
	return func(before, after *T) (tasks []string) {
		for _, row := range []*T{before, after} {
			if row != nil && task(row) != "" {
				tasks = append(tasks, task(row))
			}
		}
		return tasks
	}
}

// one wakes the id of what a row belongs to, which never changes.
func one[T any](id func(*T) string) func(before, after *T) []string {
	return func(before, after *T) []string {
		return []string{id(cmp.Or(after, before))}
	}
}

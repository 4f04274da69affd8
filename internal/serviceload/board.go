package serviceload

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Func says what a task uses at a time, in vCPU and MiB. running is how many tasks of its service run.
type Func func(at time.Time, t *state.Task, running int) (cpu, memory float64)

// Board has the loads of services, by cluster and name in all regions. They are not on disk.
type Board struct {
	Store *state.Store
	Now   func() time.Time
	// Attach has the engine ask Of from now on; nil: its containers use what they really use.
	Attach func()

	mu sync.Mutex
	of map[string]entry
}

// entry is one of both.
type entry struct {
	told   Func
	shared *Load
}

func (e entry) over(now time.Time) bool {
	return e.told == nil && (e.shared == nil || !e.shared.Until.IsZero() && !now.Before(e.shared.Until))
}

// Tell has a function say what the tasks of a service use, which need not be there yet; nil ends that. It replaces a load
// that they share.
func (b *Board) Tell(service string, f Func) error {
	cluster, name, err := Names("", service)
	if err != nil {
		return err
	}
	return b.put(cluster+"/"+name, entry{told: f})
}

// Set has the tasks of a service share a load, instead of what was set or told before. It returns the load as it holds.
// The error says what is wrong with the wish.
func (b *Board) Set(wanted Load) (Load, error) {
	if err := wanted.Check(); err != nil {
		return Load{}, err
	}
	l, now := wanted, b.Now()
	l.Cluster, l.Service, _ = Names(wanted.Cluster, wanted.Service)
	l.For, l.Until = "", time.Time{}
	if lasts, _ := wanted.lasts(); lasts > 0 {
		l.Until = now.Add(lasts)
	}
	if b.Attach != nil && !b.hasService(l.Cluster, l.Service) {
		return Load{}, fmt.Errorf("no service %s is in cluster %s: 'ecs-emulator ps' lists services, and CreateService makes one", l.Service, l.Cluster)
	}
	return l, b.put(l.Cluster+"/"+l.Service, entry{shared: &l})
}

func (b *Board) hasService(cluster, name string) bool {
	return slices.ContainsFunc(state.AllServices(b.Store.Read()), func(s *state.Service) bool {
		return s.InactiveAt.IsZero() && s.Name == name && arn.ClusterName(s.ARN) == cluster
	})
}

func (b *Board) put(service string, e entry) error {
	if b.Attach == nil {
		return errors.New("only containers of the simulated engine (serve --engine sim, in Go Engine: \"sim\") use what a load or a label says; these use what they really use")
	}
	b.mu.Lock()
	if b.of == nil {
		b.of = map[string]entry{}
	}
	b.of[service] = e
	b.mu.Unlock()
	b.Attach() // without the lock: the engine asks with its own
	return nil
}

// List is the loads that are shared, without those whose time is over, by cluster and service.
func (b *Board) List() []Load {
	all, now := []Load{}, b.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.of {
		if e.shared != nil && !e.over(now) {
			all = append(all, *e.shared)
		}
	}
	slices.SortFunc(all, func(x, y Load) int {
		return cmp.Or(cmp.Compare(x.Cluster, y.Cluster), cmp.Compare(x.Service, y.Service))
	})
	return all
}

// Clear ends the load that the tasks of a service share, and reports whether there was one.
func (b *Board) Clear(cluster, service string) bool {
	key, now := cluster+"/"+service, b.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.of[key]
	if e.shared == nil {
		return false
	}
	delete(b.of, key)
	return !e.over(now)
}

// ClearAll ends all loads that are shared.
func (b *Board) ClearAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.of, func(_ string, e entry) bool { return e.shared != nil })
}

// Of is what a container uses, by its labels, in vCPU and MiB; NaN is what its own labels say, as both are without ok. All
// that is said of a task counts as the load of its first container that has not ended.
func (b *Board) Of(labels map[string]string, at time.Time) (cpu, memory float64, ok bool) {
	tx := b.Store.Read()
	t := state.FindTask(tx, labels[state.LabelTaskARN])
	if t == nil || t.Spec.ServiceARN == "" {
		return 0, 0, false
	}
	b.mu.Lock()
	e := b.of[arn.ClusterName(t.Spec.ServiceARN)+"/"+arn.Name(t.Spec.ServiceARN)]
	b.mu.Unlock()
	if e.over(at) {
		return 0, 0, false
	}
	running := 0
	for _, d := range state.FindServiceSummary(tx, t.Spec.ServiceARN).Deployments {
		running += d.Running
	}
	first := firstThere(t) == labels[state.LabelContainerName]
	switch {
	case e.shared != nil:
		cpu, memory = share(e.shared, t, running, first)
	case first:
		cpu, memory = e.told(at, t, running)
	}
	return cpu, memory, true
}

// firstThere is the name of a task's first container that has not ended: one that only prepares uses nothing from then on.
func firstThere(t *state.Task) string {
	for _, c := range t.Status.Containers {
		if c.Phase != state.ContainerStopped {
			return c.Name
		}
	}
	return ""
}

// share is what a container uses of a load that is shared. A task with a size of its own cannot use more, as on Fargate:
// what is beyond is lost. More memory than that does not end it, which is the emulator's choice.
func share(l *Load, t *state.Task, running int, first bool) (cpu, memory float64) {
	part := func(total *float64, size string, unit float64) float64 {
		if total != nil && !first {
			return 0
		}
		has, _ := strconv.ParseFloat(size, 64) // 0: it has none
		return shareOf(total, running, has/unit)
	}
	return part(l.CPU, t.Spec.CPU, 1024), part(l.Memory, t.Spec.Memory, 1)
}

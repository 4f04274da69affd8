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

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Func says what a task uses at a time, in vCPU and MiB. running is how many tasks of its service run.
type Func func(at time.Time, t *state.Task, running int) (cpu, memory float64)

// Board has the loads of services, by cluster and name in all regions. They are not on disk.
type Board struct {
	Store *store.Store
	Now   func() time.Time
	// Attach has the engine ask Of from now on; nil: its containers use what they really use.
	Attach func()

	mu    sync.Mutex
	of    map[string]entry
	flows []flow // of requests, also those that have ended and may not have been counted
}

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
	if err := b.Refuse(Load{}); err != nil {
		return err
	}
	b.put(cluster+"/"+name, entry{told: f}, b.Now())
	return nil
}

// Set has the tasks of a service share a load, instead of what was set or told before. It returns the load as it holds.
// The error says what is wrong with the wish.
func (b *Board) Set(wanted Load) (*Load, error) {
	if err := wanted.Check(); err != nil {
		return nil, err
	}
	if err := b.Refuse(wanted); err != nil {
		return nil, err
	}
	l, now := wanted, b.Now()
	l.Cluster, l.Service, _ = Names(wanted.Cluster, wanted.Service)
	l.For, l.Until = "", time.Time{}
	if lasts, _ := wanted.lasts(); lasts > 0 {
		l.Until = now.Add(lasts)
	}
	tx := b.Store.Read()
	called := services(tx, l.Cluster+"/"+l.Service)
	if len(called) == 0 {
		return nil, fmt.Errorf("no service %s is in cluster %s: 'ecs-emulator ps' lists services, and CreateService makes one", l.Service, l.Cluster)
	}
	if l.Requests != nil && !slices.ContainsFunc(called, func(s *state.Service) bool { return len(routes(tx, s)) > 0 }) {
		return nil, noRoute(tx, called[0])
	}
	b.put(l.Cluster+"/"+l.Service, entry{shared: &l}, now)
	return &l, nil
}

// Refuse says why a load cannot be where containers use what they really use.
func (b *Board) Refuse(wanted Load) error {
	const others = "only containers of the simulated engine (serve --engine sim, in Go Engine: \"sim\") use what a load or a label says; these use what they really use"
	switch {
	case b.Attach != nil:
		return nil
	case wanted.Requests != nil:
		return errors.New(others + ", and load balancers count what really comes: send real requests")
	}
	return errors.New(others)
}

// services are those with a cluster's and a service's name, in all regions.
func services(tx *store.Tx, called string) []*state.Service {
	return slices.DeleteFunc(state.AllServices(tx), func(s *state.Service) bool {
		return !s.InactiveAt.IsZero() || arn.ClusterName(s.ARN)+"/"+s.Name != called
	})
}

func (b *Board) put(service string, e entry, now time.Time) {
	b.mu.Lock()
	if b.of == nil {
		b.of = map[string]entry{}
	}
	b.of[service] = e
	b.stop(service, now)
	if e.shared != nil && e.shared.Requests != nil {
		b.flows = append(b.flows, flow{service: service, perSecond: *e.shared.Requests, from: now, until: e.shared.Until})
	}
	b.mu.Unlock()
	b.Attach() // without the lock: the engine asks with its own
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
	sorting.By(all, func(x, y Load) int {
		return cmp.Or(cmp.Compare(x.Cluster, y.Cluster), cmp.Compare(x.Service, y.Service))
	})
	return all
}

// Clear ends the load that the tasks of a service share, and reports whether there was one.
func (b *Board) Clear(cluster, service string) bool {
	return b.end(func(l *Load) bool { return l.Cluster == cluster && l.Service == service })
}

// ClearAll ends all loads that are shared.
func (b *Board) ClearAll() { b.end(func(*Load) bool { return true }) }

// End ends a load that Set has returned, unless another has taken its place.
func (b *Board) End(load *Load) { b.end(func(l *Load) bool { return l == load }) }

// end reports whether the time of one of them was not over.
func (b *Board) end(which func(*Load) bool) (ended bool) {
	now := b.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.of, func(service string, e entry) bool {
		if e.shared == nil || !which(e.shared) {
			return false
		}
		ended = ended || !e.over(now)
		b.stop(service, now)
		return true
	})
	return ended
}

// Of is what a container uses, by its labels, in vCPU and MiB; NaN is what its own labels say, as both are without ok. All
// that is said of a task counts as the load of its first container that has not ended.
func (b *Board) Of(labels map[string]string, at time.Time) (cpu, memory float64, ok bool) {
	tx := b.Store.Read()
	t := state.FindTask(tx, labels[containerlabel.Task])
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
	first := firstThere(t) == labels[containerlabel.Container]
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

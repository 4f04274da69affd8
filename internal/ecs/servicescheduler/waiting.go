package servicescheduler

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// waiting are the services that wait for container instances, by cluster. A service with
// all its tasks is not among them, so that it is not woken by what happens to others, but for
// instances in zones to which tasks of it would move.
type waiting struct {
	mu       sync.Mutex
	clusters map[string]map[string]plan.Condition
	crowded  map[string]map[string][]string // the zones that do not matter to a service
}

// putCrowded notes in which zones an instance does not matter to a service, while one in any other does;
// nil: none matters. It reports, as put, whether there are more than before that matter.
func (w *waiting) putCrowded(service string, zones []string) (more bool) {
	cluster := clusterOf(service)
	w.mu.Lock()
	defer w.mu.Unlock()
	before, known := w.crowded[cluster][service]
	switch {
	case zones == nil:
		delete(w.crowded[cluster], service)
		return false
	case w.crowded[cluster] == nil:
		w.crowded[cluster] = map[string][]string{service: zones}
	default:
		w.crowded[cluster][service] = zones
	}
	return !known || slices.ContainsFunc(before, func(zone string) bool { return !slices.Contains(zones, zone) })
}

// toBalance returns the services of a cluster to which an instance in a zone matters.
func (w *waiting) toBalance(cluster, zone string) (services []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for service, crowded := range w.crowded[cluster] {
		if !slices.Contains(crowded, zone) {
			services = append(services, service)
		}
	}
	return services
}

// put notes what a service waits for. It reports whether that is more than before: what
// has happened since the service was looked at has not been told to it.
func (w *waiting) put(service string, what plan.Condition) (more bool) {
	cluster := clusterOf(service)
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.clusters[cluster][service]
	switch {
	case what == plan.Nothing:
		delete(w.clusters[cluster], service)
	case w.clusters[cluster] == nil:
		w.clusters[cluster] = map[string]plan.Condition{service: what}
	default:
		w.clusters[cluster][service] = what
	}
	return what > before
}

// of returns the services of a cluster that wait for something.
func (w *waiting) of(cluster string, what plan.Condition) (services []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for service, awaits := range w.clusters[cluster] {
		if awaits >= what {
			services = append(services, service)
		}
	}
	return services
}

func clusterOf(id string) string { return arn.ScopeOf(id).Cluster(arn.ClusterName(id)) }

// wakesServices is a loop that wakes the services which a change of something else concerns.
func (c *Controller) wakesServices(of string, watch *store.Watch, concerned func(id string) []string) *reconcile.Loop {
	return reconcile.New(reconcile.Options{
		Name: of, Clock: c.Clock, Log: c.Log, Watch: watch,
		Reconcile: func(_ context.Context, id string) (time.Time, error) {
			for _, service := range concerned(id) {
				c.services.Wake(service)
			}
			return time.Time{}, nil
		},
	})
}

// concernedByRoom are the services that lack room in a cluster.
func (c *Controller) concernedByRoom(cluster string) []string {
	return c.waiting.of(cluster, plan.ForRoom)
}

// concernedByVCPUs are the services that lack room in any cluster of the account and region of one.
func (c *Controller) concernedByVCPUs(cluster string) (services []string) {
	for _, other := range state.Clusters.List(c.Store.Read(), arn.ScopeOf(cluster)) {
		services = append(services, c.waiting.of(other.ARN, plan.ForRoom)...)
	}
	return services
}

// concernedByInstance are the services that wait for a change of a container instance, and
// those that have tasks on it.
func (c *Controller) concernedByInstance(instance string) []string {
	services := c.waiting.of(clusterOf(instance), plan.ForInstances)
	if row := state.FindContainerInstance(c.Store.Read(), instance); row != nil && row.Zone != "" {
		services = append(services, c.waiting.toBalance(clusterOf(instance), row.Zone)...)
	}
	for _, t := range state.InstanceTasks(c.Store.Read(), instance) {
		if t.Spec.ServiceARN != "" {
			services = append(services, t.Spec.ServiceARN)
		}
	}
	return services
}

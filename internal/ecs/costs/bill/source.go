package bill

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Source makes reports of an emulator.
type Source struct {
	Store  *store.Store
	Clock  *clock.Clock
	Prices price.Lookup
	// Began is when the emulator began, by the clock of the machine.
	Began func() time.Time
	// Collect brings what has been counted until now to where CapacityUnits finds it.
	Collect       func(ctx context.Context)
	CapacityUnits func(loadBalancerARN string, from, to time.Time) float64
	Logs          func(from time.Time) (bytes map[string]int64, first time.Time)
}

// Report makes a report. The error is an [UnknownError] or an [InvalidError].
func (s *Source) Report(ctx context.Context, w Wanted) (costs.Report, error) {
	s.Collect(ctx)
	tx, now := s.Store.Read(), s.Clock.Now()
	in := Read(tx, now)
	if err := check(tx, &in, w); err != nil {
		return costs.Report{}, err
	}
	in.Wanted, in.Prices, in.CapacityUnits, in.Logs = w, s.Prices, s.CapacityUnits, s.Logs
	in.RealSeconds, in.Speed = time.Since(s.Began()).Round(time.Millisecond).Seconds(), s.Clock.Speed()
	return Report(in), nil
}

// UnknownError says that nothing has a name, and what there is.
type UnknownError struct {
	What, Name string
	Known      []string
}

func (e UnknownError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("there is no %s %q, and no other", e.What, e.Name)
	}
	return fmt.Sprintf("there is no %s %q; there is %s", e.What, e.Name, strings.Join(e.Known, ", "))
}

// InvalidError says what of a request cannot be.
type InvalidError string

func (e InvalidError) Error() string { return string(e) }

// check refuses what there is not, and what never was as far as the ledger knows.
func check(tx *store.Tx, in *Input, w Wanted) error {
	if w.Since.After(in.Now) {
		return InvalidError(fmt.Sprintf("since is later than the clock's %s: %s", in.Now.UTC().Format(time.RFC3339), w.Since.UTC().Format(time.RFC3339)))
	}
	if w.InstanceType != "" && in.Types(w.InstanceType) == nil {
		return InvalidError(fmt.Sprintf("instance-type is no type of EC2 that the emulator knows, such as %s: %s", strings.Join(similar(tx, w.InstanceType), ", "), w.InstanceType))
	}
	clusters, services := names(tx, in, w)
	if w.Cluster != "" && !slices.Contains(clusters, w.Cluster) {
		return UnknownError{"cluster", w.Cluster, clusters}
	}
	if w.Service != "" && !slices.Contains(services, w.Service) {
		return UnknownError{"service", w.Service, services}
	}
	return nil
}

// names are the names of all clusters, and of the services in one of them, or in all; also of what has been deleted and costs
// something.
func names(tx *store.Tx, in *Input, w Wanted) (clusters, services []string) {
	note := func(clusterARN, serviceARN string) {
		name := clusterOf(clusterARN)
		if !w.isIn(clusterARN) {
			return
		}
		clusters = append(clusters, name)
		if serviceARN != "" && (w.Cluster == "" || name == w.Cluster) {
			services = append(services, arn.Name(serviceARN))
		}
	}
	for _, c := range state.Clusters.All(tx) {
		note(c.ARN, "")
	}
	for s := range state.EachService(tx) {
		note(s.ClusterARN, s.ARN)
	}
	for _, s := range in.Sums {
		if s.ClusterARN != "" {
			note(s.ClusterARN, s.ServiceARN)
		}
	}
	slices.Sort(clusters)
	slices.Sort(services)
	return slices.Compact(clusters), slices.Compact(services)
}

// similar are a few types of the same family, or some that are often used.
func similar(tx *store.Tx, name string) (names []string) {
	family, _, _ := strings.Cut(name, ".")
	for _, t := range ec2.InstanceTypes(tx) {
		if has, _, _ := strings.Cut(t.Name, "."); has == family && len(names) < 5 {
			names = append(names, t.Name)
		}
	}
	if names == nil {
		return []string{"t3.medium", "m5.large", "m7g.large"}
	}
	return names
}

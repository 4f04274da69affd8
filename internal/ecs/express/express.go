// Package express has the rows of Express gateway services: what users ask of one, and the resources that ECS makes for it. What
// is to be made next says package composition, and the controller makes it, by the calls that a user would make.
//
// Each resource says in its row to whom it belongs: a service, or the network set whose load balancer services share. So what a
// deletion has to remove is a query.
package express

import (
	"cmp"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// MostOfLoadBalancer is how many services share a load balancer. Source: services.md I.2.
const MostOfLoadBalancer = 25

var (
	services      = store.NewTable("express-service", func(s *Service) string { return s.ARN })
	servicesOfSet = services.Index(func(s *Service) string { return s.Set })

	revisions      = store.NewTable("express-configuration", func(r *Revision) string { return r.ARN })
	revisionsOf    = revisions.Index(func(r *Revision) string { return r.ServiceARN })
	endings        = store.NewTable("express-ending", func(e *Ending) string { return e.ServiceARN })
	inactiveByTime = endings.Ages(func(e *Ending) time.Time { return e.At })
)

// Service is what was asked of an Express gateway service. Handlers write it.
type Service struct {
	ARN           string
	Scope         arn.Scope
	Cluster, Name string
	// Token tells services apart that have had one name, 32 hexadecimal digits: names of resources end with it.
	Token              string
	InfrastructureRole string
	// Set is the key of the network set, whose load balancer has Slot for the service.
	Set     string
	Slot    int
	Network Network
	Asked   Configuration
	// Revision is the ARN of the service revision of what is asked. It is named before its deployment is there.
	Revision  string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time // zero while it is ACTIVE
	Tags      []types.Tag
}

// Network is where a service runs. It never changes.
type Network struct {
	VPC, CIDR string
	Subnets   []string // sorted
	Public    bool     // the subnets have a way to the internet
}

// Configuration is what users choose, with all defaults.
type Configuration struct {
	Container                   types.ExpressGatewayContainer
	ExecutionRole, TaskRole     string
	CPU, Memory                 string
	Architecture                types.ExpressCpuArchitecture
	TaskDefinition              string // of the user; empty if ECS registers one
	ContainerPort               int32
	HealthCheckPath             string
	SecurityGroups              []string // beside the ones that ECS makes
	MinTasks, MaxTasks, Percent int32    // Percent is the target of the metric, which is no percentage of requests
	Metric                      types.ExpressGatewayServiceScalingMetric
}

// Revision is the configuration of a service revision. Handlers write it.
type Revision struct {
	ARN, ServiceARN string
	Configuration
	CreatedAt time.Time
}

// Ending is that a deleted service is INACTIVE. The controller writes it.
type Ending struct {
	ServiceARN string
	At         time.Time
}

// Find returns a service by its ARN, or nil.
func Find(tx *store.Tx, serviceARN string) *Service { return services.Get(tx, serviceARN) }

// Put writes a service. A new one has nothing of one of its name that is INACTIVE.
func Put(tx *store.Tx, s *Service) {
	if before := Find(tx, s.ARN); before != nil && before.Token != s.Token {
		forget(tx, s.ARN)
	}
	services.Put(tx, s)
}

// Status of a service.
func (s *Service) Status(tx *store.Tx) types.ExpressGatewayServiceStatusCode {
	switch {
	case s.DeletedAt.IsZero():
		return types.ExpressGatewayServiceStatusCodeActive
	case endings.Get(tx, s.ARN) == nil:
		return types.ExpressGatewayServiceStatusCodeDraining
	}
	return types.ExpressGatewayServiceStatusCodeInactive
}

// End makes a deleted service INACTIVE.
func End(tx *store.Tx, s *Service, now time.Time) { endings.Put(tx, &Ending{s.ARN, now}) }

// Users are the services of a network set that need its load balancer: all that are not deleted, and the ones of which it still has
// something.
func Users(tx *store.Tx, set string) []*Service {
	return slices.DeleteFunc(servicesOfSet.List(tx, set), func(s *Service) bool {
		return !s.DeletedAt.IsZero() && !slices.ContainsFunc(Owned(tx, s.ARN), func(r *Resource) bool { return !r.Left })
	})
}

// Assign gives a new service a place at a load balancer: of the first network set of its network that has one of most places left,
// and all of whose resources are well.
func Assign(tx *store.Tx, s *Service, most int) {
	for n := 0; ; n++ {
		set := setKey(s.Scope, s.Network, n)
		taken := map[int]bool{}
		for _, user := range Users(tx, set) {
			taken[user.Slot] = true
		}
		failed := slices.ContainsFunc(Owned(tx, set), func(r *Resource) bool { return r.Status == types.ManagedResourceStatusFailed })
		if failed || len(taken) >= most {
			continue
		}
		s.Set, s.Slot = set, 1
		for taken[s.Slot] {
			s.Slot++
		}
		return
	}
}

// Revisions of a service, the newest first.
func Revisions(tx *store.Tx, serviceARN string) []*Revision {
	list := revisionsOf.List(tx, serviceARN)
	sorting.By(list, func(a, b *Revision) int { return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ARN, a.ARN)) })
	return list
}

func FindRevision(tx *store.Tx, revisionARN string) *Revision { return revisions.Get(tx, revisionARN) }

func PutRevision(tx *store.Tx, r *Revision) { revisions.Put(tx, r) }

func RemoveRevision(tx *store.Tx, r *Revision) { revisions.Delete(tx, r) }

// Forget removes services that became INACTIVE before a time, and what is left of them.
func Forget(tx *store.Tx, before time.Time) {
	for _, e := range inactiveByTime.Before(tx, before) {
		if s := Find(tx, e.ServiceARN); s != nil {
			services.Delete(tx, s)
		}
		forget(tx, e.ServiceARN)
	}
}

func forget(tx *store.Tx, serviceARN string) {
	for _, r := range Owned(tx, serviceARN) {
		rows.Remove(tx, r)
	}
	for _, r := range Revisions(tx, serviceARN) {
		revisions.Delete(tx, r)
	}
	if e := endings.Get(tx, serviceARN); e != nil {
		endings.Delete(tx, e)
	}
}

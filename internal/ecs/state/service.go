package state

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	services = store.NewTable("service", func(s *Service) string { return s.ARN })
	// servicesByNamespace finds those whose Service Connect has a namespace of Cloud Map, by its ARN.
	servicesByNamespace = services.Index(func(s *Service) string { return s.Revision().ConnectNamespace })
)

// Service is a service. Handlers write its spec and put new deployments in front;
// the scheduler writes the deployments' status, the throttle and InactiveAt. The
// scheduler puts a deployment in front as well, to roll back.
type Service struct {
	ARN        string
	Name       string
	ClusterARN string

	// Spec: what does not concern how tasks are made.
	DesiredCount                  int
	SchedulingStrategy            types.SchedulingStrategy
	DeploymentController          types.DeploymentControllerType
	DeploymentConfiguration       *types.DeploymentConfiguration
	HealthCheckGracePeriodSeconds *int32
	AvailabilityZoneRebalancing   types.AvailabilityZoneRebalancing
	EnableECSManagedTags          bool
	EnableExecuteCommand          bool
	PropagateTags                 types.PropagateTags
	PlacementConstraints          []types.PlacementConstraint
	PlacementStrategy             []types.PlacementStrategy
	Tags                          []types.Tag
	CreatedAt                     time.Time
	CreatedBy                     string
	Role                          string // ARN; empty is the service-linked one
	// Request is a digest of the parameters of CreateService without tags, by which a
	// repeated call is told from another one, as by ClientToken, which may be empty.
	Request     string
	ClientToken string
	DeletedAt   time.Time // zero: not deleted
	// ResourceManagementType is ECS where ECS made the service itself; empty is CUSTOMER. It is written once.
	ResourceManagementType types.ResourceManagementType
	Resized                *Resize // the last change of DesiredCount; nil: none, or not since the emulator keeps it

	// Deployments, newest first, of which one is PRIMARY: see Primary. There are none where Sets is not nil.
	Deployments []*Deployment
	// Sets is what the service has of its task sets; nil with the controller ECS.
	Sets *SetService

	// Status: what the scheduler keeps.
	InactiveAt time.Time // zero: tasks may be left
	Throttle   Throttle  // in state files of before; now it is the deployment's
	Steady     bool      // the steady state has been announced
	// Daemons is how many container instances shall have a task of a DAEMON service.
	Daemons int
	// Completed is the last deployment that completed, to which a rollback goes
	// back; nil until there was one.
	Completed   *CompletedDeployment
	Rebalancing Rebalancing
}

// SetService is what a service has of its task sets, which are rows of their own (package taskset). Handlers write it.
type SetService struct {
	// Primary is the id of the PRIMARY task set; empty until one is made that.
	Primary string
	// Revision is what the service shows: the launch type at first, and from the first PRIMARY task set on what that is
	// made of (ECS0331.6).
	Revision *ServiceRevision
}

// Resize is a change of a service's desired count.
type Resize struct {
	At       time.Time
	By       string // the caller: an ARN, as of Call.Principal
	From, To int
}

// CompletedDeployment is what remains of a deployment after it has left the list.
// It never changes.
type CompletedDeployment struct {
	ID       string
	Revision *ServiceRevision
}

// Deployment is a generation of a service's tasks that the ECS deployment controller rolls out.
type Deployment struct {
	Generation

	// Primary: it is the one that the service is to have; of a service exactly one. SetPrimary writes it.
	Primary bool

	// Status: the scheduler's. UpdateService sets UpdatedAt of the PRIMARY one as well.
	UpdatedAt          time.Time
	FailedTasks        int // the Failures while it was IN_PROGRESS
	RolloutState       types.DeploymentRolloutState
	RolloutStateReason string
	Draining           bool // the last of its tasks have been told to stop
	// ServiceDeploymentARN is of the service deployment that the deployment is a part of.
	ServiceDeploymentARN string
	// RestoresID is the id of the completed deployment that this one brings back,
	// when the circuit breaker made it.
	RestoresID string
}

// Values of a service's status.
const (
	ServiceActive   = "ACTIVE"
	ServiceDraining = "DRAINING"
	ServiceInactive = "INACTIVE"
)

// Status is ACTIVE, DRAINING or INACTIVE.
func (s *Service) Status() string {
	switch {
	case !s.InactiveAt.IsZero():
		return ServiceInactive
	case !s.DeletedAt.IsZero():
		return ServiceDraining
	default:
		return ServiceActive
	}
}

// Primary is the deployment that the service is to have, the newest one where none says that it is; nil where the tasks come
// of task sets.
func (s *Service) Primary() *Deployment {
	for _, d := range s.Deployments {
		if d.Primary {
			return d
		}
	}
	if len(s.Deployments) > 0 {
		return s.Deployments[0]
	}
	return nil
}

// Revision is what the service shows of how its tasks are made: the revision of its PRIMARY deployment, or what it has of its
// task sets. It is never nil.
func (s *Service) Revision() *ServiceRevision {
	if s.Sets != nil {
		return s.Sets.Revision
	}
	return s.Primary().Revision
}

// Deploys reports whether the service's tasks come of deployments, as with the controller ECS, and not of task sets.
func (s *Service) Deploys() bool { return s.Sets == nil }

// ListedDeployments are the deployments in the order in which AWS shows them: the PRIMARY
// one, the ACTIVE ones, of which that comes first which completed last, and those that are
// DRAINING; else the newest first (ECS0103).
func (s *Service) ListedDeployments() []*Deployment {
	list, primary := slices.Clone(s.Deployments), s.Primary()
	rank := func(d *Deployment) int {
		switch {
		case d == primary:
			return 0
		case d.Draining:
			return 3
		case s.Completed != nil && s.Completed.ID == d.ID:
			return 1
		default:
			return 2
		}
	}
	sorting.By(list, func(x, y *Deployment) int { return cmp.Compare(rank(x), rank(y)) })
	return list
}

// DeploymentStatus is PRIMARY, ACTIVE or DRAINING (ECS0103).
func (s *Service) DeploymentStatus(d *Deployment) string {
	switch {
	case d == s.Primary():
		return "PRIMARY"
	case d.Draining:
		return "DRAINING"
	default:
		return "ACTIVE"
	}
}

// SetPrimary makes a deployment the PRIMARY one. One that the service does not list yet becomes its
// newest.
func (s *Service) SetPrimary(d *Deployment) {
	if !slices.Contains(s.Deployments, d) {
		s.Deployments = slices.Insert(s.Deployments, 0, d)
	}
	for _, each := range s.Deployments {
		each.Primary = each == d
	}
}

// Clone copies the service for a change; deployments may be changed in the copy.
func (s *Service) Clone() *Service {
	c := *s
	if s.Sets != nil {
		sets := *s.Sets
		c.Sets = &sets
	}
	c.Deployments = slices.Clone(s.Deployments)
	for i, d := range c.Deployments {
		each := *d
		c.Deployments[i] = &each
	}
	return &c
}

// WatchServices wakes with the ARN of each service that changes, or whose tasks or service
// deployments do, or what more of it does.
func WatchServices(s *store.Store, pause time.Duration, more ...store.Source) *store.Watch {
	return s.Watch(pause, append(more, store.OnKeys(services), store.OnKeys(serviceSummaries), store.On(serviceDeployments, serviceOf))...)
}

// WatchServiceTasks wakes with the ARN of each service that changes, or of which a task does.
func WatchServiceTasks(s *store.Store) *store.Watch {
	return s.Watch(0, store.OnKeys(services), store.On(tasks, func(before, after *Task) []string {
		if after == nil {
			after = before
		}
		if after.Spec.ServiceARN == "" {
			return nil
		}
		return []string{after.Spec.ServiceARN}
	}))
}

// ServiceTasks returns the tasks of a service that are known, those that stopped included, in the
// order in which they were created.
func ServiceTasks(tx *store.Tx, serviceARN string) []*Task {
	all := tasks.List(tx, arn.ScopeOf(serviceARN).Tasks(arn.ClusterName(serviceARN)))
	own := slices.DeleteFunc(all, func(t *Task) bool { return t.Spec.ServiceARN != serviceARN })
	sorting.By(own, func(a, b *Task) int { return a.Spec.CreatedAt.Compare(b.Spec.CreatedAt) })
	return own
}

// WatchActivity wakes with the ARN of each task that changes, and of each service that has new events
// or whose service deployments change.
func WatchActivity(s *store.Store) *store.Watch {
	return s.Watch(0, store.OnKeys(serviceEvents), store.On(serviceDeployments, serviceOf), store.OnKeys(tasks))
}

// FindService returns a service in any status, or nil.
func FindService(tx *store.Tx, arn string) *Service { return services.Get(tx, arn) }

// Services returns the services of a cluster in any status, by name.
func Services(tx *store.Tx, cluster *Cluster) []*Service {
	return services.List(tx, arn.ScopeOf(cluster.ARN).Services(cluster.Name))
}

// ServicesByNamespace returns the services in any status whose Service Connect has a namespace, of all clusters, by ARN.
func ServicesByNamespace(tx *store.Tx, namespaceARN string) []*Service {
	return servicesByNamespace.List(tx, namespaceARN)
}

// AllServices returns every service in any status.
func AllServices(tx *store.Tx) []*Service { return services.List(tx, "") }

// EachService goes through the services of AllServices without a list of them.
func EachService(tx *store.Tx) iter.Seq[*Service] { return services.Forward(tx, "") }

// PutService writes a service and keeps its cluster's count of services. New deployments
// get what belongs to them: a service revision and a service deployment.
func PutService(tx *store.Tx, s *Service) {
	for _, d := range s.Deployments {
		identify(tx, s, d)
		record(tx, s, d)
	}
	old := FindService(tx, s.ARN)
	services.Put(tx, s)
	countService(tx, s.ClusterARN, old, s)
	if old != nil && old.wanted() != s.wanted() {
		ledger.SetExtra(tx, s.ARN, FindServiceSummary(tx, s.ARN).extra(s), s.changedAt())
	}
}

// countService carries the change of a service into its cluster's counts. before is nil for
// a new one, after for one that goes.
func countService(tx *store.Tx, cluster string, before, after *Service) {
	counts := FindClusterSummary(tx, cluster)
	changed := *counts
	if before != nil {
		changed.addService(before, -1)
	}
	if after != nil {
		changed.addService(after, +1)
	}
	if changed != *counts {
		clusterSummaries.Put(tx, &changed)
	}
}

func (c *ClusterSummary) addService(s *Service, n int) {
	active, draining := &c.ActiveEC2Services, &c.DrainingEC2Services
	switch s.Revision().TasksLaunchType() {
	case types.LaunchTypeFargate:
		active, draining = &c.ActiveFargateServices, &c.DrainingFargateServices
	case types.LaunchTypeExternal:
		active, draining = &c.ActiveExternalServices, &c.DrainingExternalServices
	case types.LaunchTypeManagedInstances:
		active, draining = &c.ActiveManagedServices, &c.DrainingManagedServices
	}
	switch s.Status() {
	case ServiceActive:
		*active += n
	case ServiceDraining:
		*draining += n
	}
}

// RemoveService forgets a service with its counts and events. It may be DRAINING, where its
// cluster has been deleted and is made anew.
func RemoveService(tx *store.Tx, s *Service) {
	services.Delete(tx, s)
	countService(tx, s.ClusterARN, s, nil)
	ForgetServiceHistory(tx, s.ARN)
}

// ForgetServiceHistory removes what there was of a service's former life, before its
// name is used again.
func ForgetServiceHistory(tx *store.Tx, arn string) {
	forgetServiceDeployments(tx, arn)
	if sum := serviceSummaries.Get(tx, arn); sum != nil {
		serviceSummaries.Delete(tx, sum)
	}
	if events := serviceEvents.Get(tx, arn); events != nil {
		serviceEvents.Delete(tx, events)
	}
}

// ForgetDeployment removes the counts of a deployment that has left the list.
func ForgetDeployment(tx *store.Tx, serviceARN, deploymentID string) {
	old := FindServiceSummary(tx, serviceARN)
	serviceSummaries.Put(tx, &ServiceSummary{
		ServiceARN: serviceARN,
		Deployments: slices.DeleteFunc(slices.Clone(old.Deployments), func(d DeploymentCounts) bool {
			return d.ID == deploymentID
		}),
		Placed: slices.DeleteFunc(slices.Clone(old.Placed), func(p PlacedCounts) bool {
			return p.DeploymentID == deploymentID
		}),
		Starts: slices.DeleteFunc(slices.Clone(old.Starts), func(s StartCounts) bool {
			return s.DeploymentID == deploymentID
		}),
	})
}

// OnServices wakes a watch with what a change of a service concerns; see [store.On].
func OnServices(wakes func(before, after *Service) []string) store.Source {
	return store.On(services, wakes)
}

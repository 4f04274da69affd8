package state

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	serviceDeployments = store.NewTable("service-deployment", func(d *ServiceDeployment) string { return d.ARN })
	// Those of deployments that a service still lists are in no order: they stay.
	retiredServiceDeployments = serviceDeployments.Ages(func(d *ServiceDeployment) time.Time { return d.RetiredAt }).AtMost(maxRetired)
)

// KeepServiceDeployments is for how long a service deployment and its revision are
// remembered. Source: ECS developer guide, service deployments.
const KeepServiceDeployments = 90 * 24 * time.Hour

// maxRetired bounds how many are remembered of deployments that services no longer list,
// of any age: each takes a kilobyte.
const maxRetired = 10_000

// ServiceDeployment is the record of how a service came to a revision. State makes it
// with the deployment, the scheduler writes what became of it, and handlers ask for its
// end. A rollback is a part of the service deployment that failed.
type ServiceDeployment struct {
	ARN                     string // ends with 21 of A-Z, a-z, 0-9, _ and -
	ServiceARN              string
	CreatedAt               time.Time
	Ordinal                 int // rises where a service makes several in a millisecond
	DeploymentConfiguration *types.DeploymentConfiguration
	Target                  DeployedRevision
	Sources                 []DeployedRevision

	Status       types.ServiceDeploymentStatus
	StatusReason string
	// StopType is how StopServiceDeployment asked for the end; empty: it was not called.
	StopType types.StopServiceDeploymentStopType
	// Each is zero until it has happened. A deployment that stops has finished as well.
	StartedAt, FinishedAt, StoppedAt, UpdatedAt time.Time
	Rollback                                    *Rollback
	CircuitBreaker                              CircuitBreaker
	// Shift is nil for a rolling update, which has no stages.
	Shift *TrafficShift
	// Hooks are those that were asked so far, oldest first.
	Hooks  []LifecycleHook
	Alarms DeploymentAlarms

	// RetiredAt is when the service stopped listing its deployment; zero: it has not.
	RetiredAt time.Time
}

// DeployedRevision is a revision that a service deployment brings or replaces. Its counts
// are those at the end; until then they are those of the deployment.
type DeployedRevision struct {
	ARN                         string
	DeploymentID                string
	Requested, Running, Pending int
	// ProductionWeight and TestWeight are the shares of requests that it is to have, in percent; nil
	// where traffic is not shifted. The scheduler writes them.
	ProductionWeight, TestWeight *float64
}

// Rollback is the way back of a service deployment.
type Rollback struct {
	Reason      string
	StartedAt   time.Time
	RevisionARN string
}

// CircuitBreaker is what the circuit breaker has seen of a service deployment.
type CircuitBreaker struct {
	Status                  types.ServiceDeploymentRollbackMonitorsStatus
	FailureCount, Threshold int
}

// Ended reports whether nothing will happen to the service deployment any more.
func (d *ServiceDeployment) Ended() bool { return !d.FinishedAt.IsZero() }

// Clone copies a service deployment for a change.
func (d *ServiceDeployment) Clone() *ServiceDeployment {
	c := *d
	c.Sources = slices.Clone(d.Sources)
	if d.Rollback != nil {
		rollback := *d.Rollback
		c.Rollback = &rollback
	}
	if d.Shift != nil {
		shift := *d.Shift
		c.Shift = &shift
	}
	c.Hooks = slices.Clone(d.Hooks)
	return &c
}

// FindServiceDeployment returns a service deployment, or nil.
func FindServiceDeployment(tx *store.Tx, arn string) *ServiceDeployment {
	return serviceDeployments.Get(tx, arn)
}

// ServiceDeployments returns the service deployments of a service, in no order.
func ServiceDeployments(tx *store.Tx, serviceARN string) []*ServiceDeployment {
	prefix := arn.ScopeOf(serviceARN).ServiceDeployment(arn.ClusterName(serviceARN), arn.Name(serviceARN), "")
	return serviceDeployments.List(tx, prefix)
}

// PutServiceDeployment writes a service deployment, and announces what has become of its hooks.
func PutServiceDeployment(tx *store.Tx, d *ServiceDeployment) {
	before := FindServiceDeployment(tx, d.ARN)
	announceHooks(tx, before, d)
	serviceDeployments.Put(tx, d)
	if d.Ended() && (before == nil || !before.Ended()) {
		ledger.EndDeployment(tx, d.ServiceARN, d.ARN, string(d.Status), d.FinishedAt)
	}
}

// StopServiceDeployment asks the scheduler to end a service deployment. It changes nothing
// of one that is on its way back or to its end.
func StopServiceDeployment(tx *store.Tx, d *ServiceDeployment, how types.StopServiceDeploymentStopType, now time.Time) {
	if d.Status != types.ServiceDeploymentStatusPending && d.Status != types.ServiceDeploymentStatusInProgress {
		return
	}
	asked := d.Clone()
	asked.StopType, asked.UpdatedAt, asked.Status = how, now, types.ServiceDeploymentStatusRollbackRequested
	if how == types.StopServiceDeploymentStopTypeAbort {
		asked.Status = types.ServiceDeploymentStatusStopRequested
	}
	serviceDeployments.Put(tx, asked)
}

// serviceOf wakes the service of a service deployment whenever that changes: a request to stop it,
// and later what else is asked or found out of a deployment.
func serviceOf(before, after *ServiceDeployment) []string {
	if after == nil {
		after = before
	}
	return []string{after.ServiceARN}
}

// record puts the row of the service deployment that a new deployment begins; one that
// rolls back belongs to that of the deployment that failed.
func record(tx *store.Tx, s *Service, d *Deployment) {
	if d.ServiceDeploymentARN != "" {
		return
	}
	d.ServiceDeploymentARN = newServiceDeploymentARN(tx, s, d.ID)
	begun := d.CreatedAt
	if d.UpdatedAt.After(begun) { // it was a task set until then
		begun = d.UpdatedAt
	}
	row := &ServiceDeployment{
		ARN: d.ServiceDeploymentARN, ServiceARN: s.ARN, CreatedAt: begun, UpdatedAt: begun,
		DeploymentConfiguration: s.DeploymentConfiguration, Status: types.ServiceDeploymentStatusPending,
		Target: DeployedRevision{ARN: d.Revision.ARN, DeploymentID: d.ID},
	}
	for _, older := range s.Deployments {
		before := FindServiceDeployment(tx, older.ServiceDeploymentARN)
		if before != nil {
			row.Ordinal = max(row.Ordinal, before.Ordinal+1)
		}
		// One that the scheduler has not seen has brought nothing that could be replaced.
		unseen := before != nil && before.StartedAt.IsZero() && FindServiceSummary(tx, s.ARN).Of(older.ID).Left == 0
		if older != d && !older.Draining && !unseen {
			row.Sources = append(row.Sources, DeployedRevision{ARN: older.Revision.ARN, DeploymentID: older.ID})
		}
	}
	serviceDeployments.Put(tx, row)
	billDeployment(tx, s, d, begun)
	announceNew(tx, s, d)
}

// newServiceDeploymentARN is of the first service deployment of a deployment, or of the next one where it was a task set since.
func newServiceDeploymentARN(tx *store.Tx, s *Service, deploymentID string) string {
	id := arn.ServiceDeploymentID(deploymentID)
	for {
		made := arn.ScopeOf(s.ARN).ServiceDeployment(arn.ClusterName(s.ARN), s.Name, id)
		if FindServiceDeployment(tx, made) == nil {
			return made
		}
		id = arn.ServiceDeploymentID(id)
	}
}

// Retire begins the age of what a service listed before and does not list after. A revision goes on in the task set that a
// deployment has become.
func Retire(tx *store.Tx, before, after *Service, now time.Time) {
	for _, d := range before.Deployments {
		refers := func(to func(*Deployment) string) bool {
			return slices.ContainsFunc(after.Deployments, func(kept *Deployment) bool { return to(kept) == to(d) })
		}
		if after.Deploys() && !refers(func(d *Deployment) string { return d.Revision.ARN }) {
			RetireRevision(tx, d.Revision.ARN, now)
		}
		if row := FindServiceDeployment(tx, d.ServiceDeploymentARN); row != nil && !refers(func(d *Deployment) string { return d.ServiceDeploymentARN }) {
			retired := *row
			retired.RetiredAt = now
			serviceDeployments.Put(tx, &retired)
		}
	}
}

// ForgetServiceDeployments removes service deployments and revisions of deployments that
// their service stopped listing before a time.
func ForgetServiceDeployments(tx *store.Tx, before time.Time) {
	retiredServiceDeployments.Forget(tx, before)
	retiredRevisions.Forget(tx, before)
}

// forgetServiceDeployments removes those of a service's former life, with its revisions:
// they are MISSING once the name is used again (ECS0100).
func forgetServiceDeployments(tx *store.Tx, serviceARN string) {
	for _, d := range ServiceDeployments(tx, serviceARN) {
		if !d.Ended() {
			ledger.EndDeployment(tx, serviceARN, d.ARN, string(d.Status), d.UpdatedAt)
		}
		serviceDeployments.Delete(tx, d)
	}
	for _, r := range serviceRevisionsOf(tx, serviceARN) {
		serviceRevisions.Delete(tx, r)
	}
}

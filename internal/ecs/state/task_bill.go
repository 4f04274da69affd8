package state

import (
	"cmp"
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Billed is what is billed of a task that ends at a time: its end, or the present. The row of the ledger is written in the
// transaction that ends the task, by putTask.
func Billed(tx *store.Tx, t *Task, end time.Time) ledger.Task {
	s, status := t.Spec, &t.Status
	bill := ledger.Task{
		Of: ledger.Of{
			Kind: ledger.KindTask, Region: t.Scope().Region, ClusterARN: s.ClusterARN, Capacity: t.capacity(), Architecture: "X86_64",
		},
		ENI: s.HasInterface(), Public: s.AssignPublicIP, Storage: max(0, int64(s.EphemeralStorageGiB)-includedStorageGiB),
		AttachedAt: status.ConnectivityAt, PullStartedAt: status.PullStartedAt, RunningAt: status.StartedAt, End: end,
	}
	if s.Architecture == "arm64" {
		bill.Architecture = "ARM64"
	}
	if s.ServiceARN == "" {
		bill.Family = s.Family
	} else {
		bill.ServiceARN, bill.Deployment = s.ServiceARN, billedTo(tx, s)
		bill.TaskDefinition = s.Family + ":" + strconv.Itoa(s.Revision)
	}
	if r := s.Reserved; r != nil {
		bill.CPU, bill.Memory = int64(r.CPU), int64(r.Memory)
		bill.FargateCPU, bill.FargateMemory = taskdef.SmallestFargate(bill.CPU, bill.Memory)
		if r.GPUs > 0 {
			bill.FargateCPU, bill.FargateMemory = 0, 0 // Fargate has none
		}
	} else {
		bill.CPU, bill.Memory = number(s.CPU), number(s.Memory)
		bill.FargateCPU, bill.FargateMemory = bill.CPU, bill.Memory
	}
	if c := FindContainerInstance(tx, t.Placement.ContainerInstance); c != nil {
		bill.InstanceType, _ = c.Attribute("ecs.instance-type")
	}
	if t.Placement.ByHand { // nothing tells when it pulled
		bill.PullStartedAt = cmp.Or(bill.PullStartedAt, status.StartedAt)
	}
	return bill
}

// includedStorageGiB is what a task on Fargate has of storage without further charge. Source: COST1.
const includedStorageGiB = 20

// capacity is what the task runs on, as bills name it.
func (t *Task) capacity() string {
	switch t.Spec.LaunchType {
	case types.LaunchTypeFargate:
		if t.Placement.CapacityProvider == ProviderFargateSpot {
			return ProviderFargateSpot
		}
		return ProviderFargate
	case types.LaunchTypeExternal:
		return string(types.LaunchTypeExternal)
	}
	return string(types.LaunchTypeEc2)
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// billedTo is what a task is billed to beside its service: a service deployment, or of a task set the deployment by CodeDeploy
// that has made it.
func billedTo(tx *store.Tx, s *TaskSpec) string {
	if service := FindService(tx, s.ServiceARN); service != nil && !service.Deploys() {
		if r := FindServiceRevision(tx, RevisionARN(s.ServiceARN, s.DeploymentID)); r != nil {
			return r.Run
		}
		return ""
	}
	return serviceDeploymentOf(tx, s)
}

// serviceDeploymentOf is the ARN of the service deployment that made a task. Of a deployment that the service no longer lists it
// is the one that its id says. So it is of one that a rollback has made PRIMARY again, for tasks from before the service
// deployment that goes back.
func serviceDeploymentOf(tx *store.Tx, s *TaskSpec) string {
	own := arn.ScopeOf(s.ServiceARN).ServiceDeployment(arn.ClusterName(s.ServiceARN), arn.Name(s.ServiceARN), arn.ServiceDeploymentID(s.DeploymentID))
	if service := FindService(tx, s.ServiceARN); service != nil {
		for _, d := range service.Deployments {
			if d.ID != s.DeploymentID || d.ServiceDeploymentARN == "" {
				continue
			}
			back := FindServiceDeployment(tx, d.ServiceDeploymentARN)
			if d.RestoresID == d.ID && back != nil && s.CreatedAt.Before(back.CreatedAt) && FindServiceDeployment(tx, own) != nil {
				return own
			}
			return d.ServiceDeploymentARN
		}
	}
	return own
}

// billDeployment begins a service deployment in the ledger.
func billDeployment(tx *store.Tx, s *Service, d *Deployment, begun time.Time) {
	ledger.BeginDeployment(tx, &ledger.Deployment{
		ARN: d.ServiceDeploymentARN, ServiceARN: s.ARN, TaskDefinition: arn.Name(d.Revision.TaskDefinition),
		Status: string(types.ServiceDeploymentStatusPending), StartedAt: begun,
	}, FindServiceSummary(tx, s.ARN).extra(s))
}

// BillRun begins a deployment by CodeDeploy in the ledger, with the revision of the task set that it makes. CodeDeploy ends it.
func BillRun(tx *store.Tx, serviceARN string, r *ServiceRevision, begun time.Time) {
	ledger.BeginDeployment(tx, &ledger.Deployment{
		ARN: r.Run, ServiceARN: serviceARN, TaskDefinition: arn.Name(r.TaskDefinition), Status: "InProgress", StartedAt: begun,
	}, FindServiceSummary(tx, serviceARN).extra(FindService(tx, serviceARN)))
}

// wanted is how many tasks the service shall run.
func (s *Service) wanted() int {
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		return s.Daemons
	}
	return s.DesiredCount
}

// changedAt is when the service was last changed, as far as it says.
func (s *Service) changedAt() time.Time {
	at := s.DeletedAt
	if r := s.Resized; !s.Deploys() && r != nil && r.At.After(at) {
		at = r.At
	}
	for _, d := range s.Deployments {
		if d.UpdatedAt.After(at) {
			at = d.UpdatedAt
		}
	}
	return at
}

// extra is how many tasks of a service run beyond its desired count. The service may be nil, which wants none.
func (s *ServiceSummary) extra(of *Service) int {
	running, wanted := 0, 0
	for _, d := range s.Deployments {
		running += d.Running
	}
	if of != nil {
		wanted = of.wanted()
	}
	return max(0, running-wanted)
}

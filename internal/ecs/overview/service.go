package overview

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func readService(tx *store.Tx, s *state.Service, o Options) Service {
	counts := state.FindServiceSummary(tx, s.ARN)
	shown := Service{
		ARN: s.ARN, Name: s.Name, ClusterARN: s.ClusterARN, Status: s.Status(), Desired: s.DesiredCount,
		SchedulingStrategy: string(s.SchedulingStrategy), Deployments: []Deployment{}, TargetGroups: []TargetGroup{},
	}
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		shown.Desired = s.Daemons
	}
	for _, c := range counts.Deployments {
		shown.Running += c.ActiveRunning
		shown.Pending += c.ActivePending()
	}
	for _, d := range s.ListedDeployments() {
		shown.Deployments = append(shown.Deployments, readDeployment(tx, d, s.DeploymentStatus(d), counts.Of(d.ID)))
	}
	for _, set := range setsOf(tx, s) {
		shown.TaskSets = append(shown.TaskSets, readTaskSet(set, set.Status(s), counts.Of(set.ID)))
	}
	shown.CodeDeploy = codeDeployment(tx, s)
	for _, d := range s.Deployments {
		part := state.FindServiceDeployment(tx, d.ServiceDeploymentARN)
		switch {
		case part == nil:
		case part.Shift != nil && !part.Ended():
			readTrafficShift(shown.Deployments, part)
		case part.Ended() && d == s.Primary() && d.RolloutState == types.DeploymentRolloutStateFailed:
			shown.Deployments[0].Failure = &Failure{Status: string(part.Status), Reason: part.StatusReason}
		}
	}
	for _, group := range targetGroups(tx, s) {
		shown.TargetGroups = append(shown.TargetGroups, readTargetGroup(tx, group, o))
	}
	if events := state.FindServiceEvents(tx, s.ARN); len(events) > 0 {
		shown.LastEvent = &Event{CreatedAt: aws.ToTime(events[0].CreatedAt), Message: aws.ToString(events[0].Message)}
	}
	shown.GatewayRoutes = readGatewayRoutes(tx, s)
	shown.NotAsWanted = serviceNotAsWanted(&shown)
	shown.Settled = shown.NotAsWanted != "" && serviceSettled(&shown)
	if failed := routesNotAsWanted(shown.GatewayRoutes); shown.NotAsWanted == "" && shown.Status == state.ServiceActive && failed != "" {
		shown.NotAsWanted, shown.Settled = failed, true
	}
	return shown
}

func readDeployment(tx *store.Tx, d *state.Deployment, status string, counts state.DeploymentCounts) Deployment {
	shown := Deployment{
		ID: d.ID, Status: status, RolloutState: string(d.RolloutState), RolloutStateReason: d.RolloutStateReason,
		TaskDefinition: arn.Name(d.Revision.TaskDefinition), Desired: d.DesiredCount, Running: counts.ActiveRunning,
		Pending: counts.ActivePending(), FailedTasks: d.FailedTasks, CreatedAt: d.CreatedAt,
	}
	if part := state.FindServiceDeployment(tx, d.ServiceDeploymentARN); part != nil && part.Rollback != nil && (part.StopType == "" || part.Status == types.ServiceDeploymentStatusRollbackInProgress) {
		shown.Rollback = &Rollback{Status: string(part.Status), Reason: part.Rollback.Reason, StartedAt: part.Rollback.StartedAt}
		if failed := state.FindServiceRevision(tx, part.Target.ARN); failed != nil {
			shown.Rollback.TaskDefinition = arn.Name(failed.TaskDefinition)
		}
	}
	return shown
}

// readTrafficShift notes in the deployments of a service how far one of them has come, and how traffic is
// shared out among them.
func readTrafficShift(deployments []Deployment, part *state.ServiceDeployment) {
	shift := &TrafficShift{Stage: string(part.Shift.Stage), Back: part.Shift.Back}
	for i := range part.Hooks {
		if part.Hooks[i].Status == types.DeploymentLifecycleHookStatusAwaitingAction {
			shift.Hooks = append(shift.Hooks, part.Hooks[i].ID)
		}
	}
	deployments[0].TrafficShift = shift
	for _, revision := range slices.Concat(part.Sources, []state.DeployedRevision{part.Target}) {
		for i := range deployments {
			if deployments[i].ID == revision.DeploymentID {
				deployments[i].ProductionWeight = revision.ProductionWeight
			}
		}
	}
}

// targetGroups are the ARNs of those that tasks of a service are or were targets of.
func targetGroups(tx *store.Tx, s *state.Service) (groups []string) {
	var revisions []*state.ServiceRevision
	for _, d := range s.ListedDeployments() {
		revisions = append(revisions, d.Revision)
	}
	for _, set := range setsOf(tx, s) {
		revisions = append(revisions, set.Revision)
	}
	for _, r := range revisions {
		for _, b := range r.ResolvedLoadBalancers() {
			if group := aws.ToString(b.TargetGroupArn); group != "" && !slices.Contains(groups, group) {
				groups = append(groups, group)
			}
		}
	}
	return groups
}

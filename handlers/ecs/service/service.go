package service

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// describeService is a service as ECS shows it, with its tags only where they were
// asked for.
//
// Source: ECS API reference, Service; recorded answers of UpdateService.
func describeService(tx *store.Tx, s *state.Service, withTags bool) *types.Service {
	revision := s.Revision()
	shown := &types.Service{
		AvailabilityZoneRebalancing: s.AvailabilityZoneRebalancing,
		CapacityProviderStrategy:    revision.CapacityProviderStrategy,
		ClusterArn:                  aws.String(s.ClusterARN),
		CreatedAt:                   kit.Instant(&s.CreatedAt),
		CreatedBy:                   kit.Optional(&s.CreatedBy),
		DeploymentConfiguration:     s.DeploymentConfiguration,
		DeploymentController:        &types.DeploymentController{Type: s.DeploymentController},
		DesiredCount:                int32(s.DesiredCount),
		EnableECSManagedTags:        s.EnableECSManagedTags,
		EnableExecuteCommand:        s.EnableExecuteCommand,
		Events:                      kit.Listed(state.FindServiceEvents(tx, s.ARN)),

		HealthCheckGracePeriodSeconds: aws.Int32(aws.ToInt32(s.HealthCheckGracePeriodSeconds)), // ECS0080
		LaunchType:                    revision.LaunchType,
		PlacementConstraints:          kit.Listed(s.PlacementConstraints),
		PlacementStrategy:             kit.Listed(s.PlacementStrategy),
		PlatformFamily:                kit.Optional(&revision.PlatformFamily),
		PlatformVersion:               kit.Optional(&revision.PlatformVersion),
		PropagateTags:                 s.PropagateTags,
		ResourceManagementType:        cmp.Or(s.ResourceManagementType, types.ResourceManagementTypeCustomer),
		SchedulingStrategy:            s.SchedulingStrategy,
		ServiceArn:                    aws.String(s.ARN),
		ServiceName:                   aws.String(s.Name),
		Status:                        aws.String(s.Status()),
		TaskDefinition:                kit.Optional(&revision.TaskDefinition),
	}
	for _, m := range serviceMembers {
		m.showInService(shown, revision)
	}
	switch {
	case s.Role != "":
		shown.RoleArn = aws.String(s.Role)
	case revision.NetworkConfiguration != nil || revision.Leads() || !s.Deploys():
		// Services with network interfaces show the role whether the caller named one
		// or not. Source: recorded answers; field reports for load balancers; ECS0330.
		shown.RoleArn = aws.String(arn.ScopeOf(s.ARN).ServiceLinkedRole())
	}
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		shown.DesiredCount = int32(s.Daemons)
	}
	if s.Status() == state.ServiceInactive {
		shown.Events = []types.ServiceEvent{} // ECS0087
	}
	summary := state.FindServiceSummary(tx, s.ARN)
	showDeployments(shown, s, summary)
	if !s.Deploys() {
		shown.TaskSets = launch.ShownTaskSets(tx, s, summary)
	}
	if withTags {
		shown.Tags = kit.ListedTags(s.Tags)
	}
	return shown
}

// showDeployments shows the deployments with their tasks; those that shall stop do not
// count (ECS0065).
func showDeployments(shown *types.Service, s *state.Service, summary *state.ServiceSummary) {
	shown.Deployments = []types.Deployment{}
	shown.CurrentServiceRevisions = []types.ServiceCurrentRevisionSummary{}
	for _, counts := range summary.Deployments {
		shown.RunningCount += int32(counts.ActiveRunning)
		shown.PendingCount += int32(counts.ActivePending())
	}
	for _, d := range s.ListedDeployments() {
		counts := summary.Of(d.ID)
		shown.Deployments = append(shown.Deployments, describeDeployment(d, s.DeploymentStatus(d), counts))
		shown.CurrentServiceRevisions = append(shown.CurrentServiceRevisions, describeCurrentRevision(d, counts))
	}
}

// describeDeployment shows a deployment. A new one wants no tasks before the scheduler has seen it
// (ECS0007).
func describeDeployment(d *state.Deployment, status string, counts state.DeploymentCounts) types.Deployment {
	shown := types.Deployment{
		CapacityProviderStrategy: d.Revision.CapacityProviderStrategy,
		CreatedAt:                kit.Instant(&d.CreatedAt),
		DesiredCount:             int32(d.DesiredCount),
		FailedTasks:              int32(d.FailedTasks),
		Id:                       aws.String(d.ID),
		LaunchType:               d.Revision.LaunchType,
		PendingCount:             int32(counts.ActivePending()),
		PlatformFamily:           kit.Optional(&d.Revision.PlatformFamily),
		RolloutState:             d.RolloutState,
		RolloutStateReason:       kit.Optional(&d.RolloutStateReason),
		RunningCount:             int32(counts.ActiveRunning),

		Status:         aws.String(status),
		TaskDefinition: aws.String(d.Revision.TaskDefinition),
		UpdatedAt:      kit.Instant(&d.UpdatedAt),
	}
	for _, m := range serviceMembers {
		m.showInDeployment(&shown, d)
	}
	if d.Revision.PlatformVersion != "" {
		shown.PlatformVersion = aws.String(task.PlatformVersion(d.Revision.PlatformVersion))
	}
	return shown
}

// describeCurrentRevision shows the revision of a deployment with the counts of the
// latter (ECS0092).
func describeCurrentRevision(d *state.Deployment, counts state.DeploymentCounts) types.ServiceCurrentRevisionSummary {
	return types.ServiceCurrentRevisionSummary{
		Arn:                aws.String(d.Revision.ARN),
		RequestedTaskCount: int32(d.DesiredCount),
		RunningTaskCount:   int32(counts.ActiveRunning),
		PendingTaskCount:   int32(counts.ActivePending()),
	}
}

// sameRevision reports whether tasks of two revisions are made of the same.
func sameRevision(x, y *state.ServiceRevision) bool {
	return x.TaskDefinition == y.TaskDefinition && x.LaunchType == y.LaunchType &&
		x.PlatformVersion == y.PlatformVersion && x.PlatformFamily == y.PlatformFamily &&
		sameStrategy(x.CapacityProviderStrategy, y.CapacityProviderStrategy) &&
		launch.SameMonitoring(x.Monitoring, y.Monitoring) &&
		!slices.ContainsFunc(serviceMembers, func(m serviceMember) bool { return !m.same(x, y) })
}

func sameStrategy(x, y []types.CapacityProviderStrategyItem) bool {
	return slices.EqualFunc(x, y, func(a, b types.CapacityProviderStrategyItem) bool {
		return *a.CapacityProvider == *b.CapacityProvider && a.Weight == b.Weight && a.Base == b.Base
	})
}

package express

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// shown is a service as all operations show it, but for its tags.
func shown(tx *store.Tx, s *express.Service, now time.Time) *types.ECSExpressGatewayService {
	out := &types.ECSExpressGatewayService{
		ActiveConfigurations: configurations(tx, s), Cluster: &s.Cluster, CreatedAt: &s.CreatedAt, CurrentDeployment: current(tx, s),
		InfrastructureRoleArn: &s.InfrastructureRole, ServiceArn: &s.ARN, ServiceName: &s.Name, UpdatedAt: &s.UpdatedAt,
		Status: &types.ExpressGatewayServiceStatus{StatusCode: s.Status(tx)},
	}
	if reason := composition.Reason(composition.Read(tx, s.ARN, now)); reason != "" {
		out.Status.StatusReason = &reason
	}
	return out
}

// service is the ECS service of an Express service; nil before it is made, and when it is gone.
func service(tx *store.Tx, s *express.Service) *state.Service {
	found := state.FindService(tx, s.ARN)
	if found == nil || found.ResourceManagementType != types.ResourceManagementTypeEcs || found.CreatedAt.Before(s.CreatedAt) {
		return nil
	}
	return found
}

// current is the service deployment that is under way (ECS0337.2: none right after the creation).
func current(tx *store.Tx, s *express.Service) *string {
	of := service(tx, s)
	if of == nil || of.Status() != state.ServiceActive {
		return nil
	}
	if d := of.Primary(); d != nil && d.RolloutState == types.DeploymentRolloutStateInProgress {
		return kit.Optional(&d.ServiceDeploymentARN)
	}
	return nil
}

// configurations are the ones of which tasks run, or are about to, the newest first. A deployment that a user has forced has the
// configuration of the one before. That the newest is the first is a choice.
func configurations(tx *store.Tx, s *express.Service) []types.ExpressGatewayServiceConfiguration {
	list := []types.ExpressGatewayServiceConfiguration{}
	if s.Status(tx) == types.ExpressGatewayServiceStatusCodeInactive {
		return list
	}
	active := map[string]bool{}
	if of := service(tx, s); of != nil {
		for _, d := range of.Deployments {
			active[d.Revision.ARN] = true
		}
	}
	if state.FindServiceRevision(tx, s.Revision) == nil { // its deployment is still to come
		active[s.Revision] = true
	}
	for _, r := range express.Revisions(tx, s.ARN) {
		if active[r.ARN] {
			list = append(list, configuration(tx, s, r))
			delete(active, r.ARN)
		}
	}
	for id := range active {
		forced := &express.Revision{ARN: id, ServiceARN: s.ARN, Configuration: s.Asked, CreatedAt: s.UpdatedAt}
		if r := state.FindServiceRevision(tx, id); r != nil {
			forced.CreatedAt = r.CreatedAt
		}
		list = append(list, configuration(tx, s, forced))
	}
	sorting.By(list, func(x, y types.ExpressGatewayServiceConfiguration) int {
		return cmp.Or(y.CreatedAt.Compare(*x.CreatedAt), cmp.Compare(*x.ServiceRevisionArn, *y.ServiceRevisionArn))
	})
	return list
}

func configuration(tx *store.Tx, s *express.Service, r *express.Revision) types.ExpressGatewayServiceConfiguration {
	c := r.Configuration
	out := types.ExpressGatewayServiceConfiguration{
		Cpu: kit.Optional(&c.CPU), CpuArchitecture: c.Architecture, CreatedAt: &r.CreatedAt, ExecutionRoleArn: kit.Optional(&c.ExecutionRole),
		HealthCheckPath: &c.HealthCheckPath, IngressPaths: []types.IngressPathSummary{{AccessType: access(s), Endpoint: aws.String(endpoint(tx, s))}},
		Memory: kit.Optional(&c.Memory), NetworkConfiguration: &types.ExpressGatewayServiceNetworkConfiguration{
			SecurityGroups: kit.Listed(c.SecurityGroups), Subnets: s.Network.Subnets,
		},
		ScalingTarget: &types.ExpressGatewayScalingTarget{
			AutoScalingMetric: c.Metric, AutoScalingTargetValue: &c.Percent, MaxTaskCount: &c.MaxTasks, MinTaskCount: &c.MinTasks,
		},
		ServiceRevisionArn: &r.ARN, TaskDefinitionArn: definition(tx, s, r), TaskRoleArn: kit.Optional(&c.TaskRole),
	}
	if c.TaskDefinition == "" {
		out.PrimaryContainer = container(s, r)
	}
	return out
}

// container has the defaults of what the request left out.
func container(s *express.Service, r *express.Revision) *types.ExpressGatewayContainer {
	c := r.Container
	c.ContainerPort = &r.ContainerPort
	if c.AwsLogsConfiguration == nil {
		asked := *s
		asked.Asked = r.Configuration
		c.AwsLogsConfiguration = &types.ExpressGatewayServiceAwsLogsConfiguration{
			LogGroup: aws.String(composition.LogGroupName(&asked)), LogStreamPrefix: aws.String(composition.LogStream),
		}
	}
	return &c
}

// definition is the task definition of a revision: the user's, or the one that ECS registers for it. All answers have it. Source: ECS API
// reference, ExpressGatewayServiceConfiguration.
func definition(tx *store.Tx, s *express.Service, r *express.Revision) *string {
	if r.TaskDefinition != "" {
		return &r.TaskDefinition
	}
	if deployed := state.FindServiceRevision(tx, r.ARN); deployed != nil {
		return &deployed.TaskDefinition
	}
	if r.ARN != s.Revision {
		return nil
	}
	coming := composition.ComingTaskDefinition(tx, composition.Read(tx, s.ARN, r.CreatedAt))
	return kit.Optional(&coming)
}

// access is from where the endpoint can be reached.
func access(s *express.Service) types.AccessType {
	if s.Network.Public {
		return types.AccessTypePublic
	}
	return types.AccessTypePrivate
}

// endpoint has https:// once it leads to the service (ECS0337.4).
func endpoint(tx *store.Tx, s *express.Service) string {
	host := composition.Host(s)
	for _, r := range express.Owned(tx, s.ARN) {
		if r.Kind == express.Rule && r.Status == types.ManagedResourceStatusActive {
			return "https://" + host
		}
	}
	return host
}

// tagsOf are the tags of the ECS service, once it is there.
func tagsOf(tx *store.Tx, s *express.Service) []types.Tag {
	if of := service(tx, s); of != nil {
		return of.Tags
	}
	return s.Tags
}

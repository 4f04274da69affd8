package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service/connector"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// maxDescribedRevisions is how many service revisions a call may name (ECS0100).
const maxDescribedRevisions = 20

var revisionDigits = lazyregexp.New(`^[0-9]+$`)

// DescribeServiceRevisions shows revisions of one service; those that are unknown are
// failures with the reason MISSING. ECS0100 shows the order of the checks. AWS answers
// a server error for a revision that is named twice; here it is answered twice.
func (a *API) DescribeServiceRevisions(ctx context.Context, in *sdk.DescribeServiceRevisionsInput) (*sdk.DescribeServiceRevisionsOutput, error) {
	if len(in.ServiceRevisionArns) > maxDescribedRevisions {
		return nil, kit.InvalidParameter("Service Revision ARN count cannot exceed 20")
	}
	scope := kit.Scope(ctx)
	serviceARN, err := serviceOfRevisions(scope, in.ServiceRevisionArns)
	if err != nil {
		return nil, err
	}
	if err := a.NeedCluster(scope, aws.String(arn.ClusterName(serviceARN))); err != nil {
		return nil, err
	}
	tx := a.Store.Read()
	service, err := serviceByARN(tx, scope, serviceARN)
	if err != nil {
		return nil, err
	}
	if service.Status() == state.ServiceInactive {
		return nil, kit.InvalidParameter("Cannot call DescribeServiceRevisions for a service that is INACTIVE")
	}
	out := &sdk.DescribeServiceRevisionsOutput{Failures: []types.Failure{}, ServiceRevisions: []types.ServiceRevision{}}
	for _, id := range in.ServiceRevisionArns {
		if r := state.FindServiceRevision(tx, id); r != nil {
			shown := describeServiceRevision(r)
			if isManaged(service) {
				shown.EcsManagedResources = managedResources(tx, r)
			} else if connections := connector.Connections(tx, r); len(connections) > 0 {
				shown.EcsManagedResources = &types.ECSManagedResources{GatewayConnections: connections}
			}
			out.ServiceRevisions = append(out.ServiceRevisions, shown)
		} else {
			out.Failures = append(out.Failures, kit.Missing(id))
		}
	}
	return out, nil
}

// serviceOfRevisions is the ARN of the one service that the ARNs of revisions name.
func serviceOfRevisions(scope arn.Scope, refs []string) (string, error) {
	var first arn.ARN
	for i, ref := range refs {
		parsed, ok := arn.Parse(ref)
		if !ok || len(parsed.Resource) != 3 {
			return "", errServiceARN
		}
		if i == 0 {
			first = parsed
		} else if parsed.Scope != first.Scope || parsed.Resource[0] != first.Resource[0] || parsed.Resource[1] != first.Resource[1] {
			return "", kit.InvalidParameter("Cross service requests are not allowed. All requested service revisions must be for a single service")
		}
	}
	if len(refs) == 0 {
		return "", errServiceARN
	}
	for _, ref := range refs {
		parsed, _ := arn.Parse(ref)
		cluster, service, digits := parsed.Resource[0], parsed.Resource[1], parsed.Resource[2]
		if ref != scope.ServiceRevision(cluster, service, digits) || !revisionDigits.MatchString(digits) {
			return "", kit.InvalidParameter("The ServiceRevision ARN is invalid.")
		}
	}
	return scope.Service(first.Resource[0], first.Resource[1]), nil
}

var errServiceARN = kit.InvalidParameter("The Service ARN provided is invalid.") // ECS0100

// serviceByARN returns the service with an ARN of the caller's, in any status, if its
// cluster is ACTIVE (ECS0100).
func serviceByARN(tx *store.Tx, scope arn.Scope, serviceARN string) (*state.Service, error) {
	if _, err := kit.ActiveCluster(tx, scope, aws.String(arn.ClusterName(serviceARN))); err != nil {
		return nil, err
	}
	service := state.FindService(tx, serviceARN)
	if service == nil {
		return nil, kit.ErrServiceNotFound
	}
	return service, nil
}

// describeServiceRevision shows a revision (ECS0101). Its platform version is resolved, as
// that of a deployment is: no recorded revision had one.
func describeServiceRevision(r *state.ServiceRevision) types.ServiceRevision {
	shown := types.ServiceRevision{
		CapacityProviderStrategy: r.CapacityProviderStrategy,
		ClusterArn:               aws.String(arn.ScopeOf(r.ARN).Cluster(arn.ClusterName(r.ARN))),
		ContainerImages:          r.ResolvedImages(),
		CreatedAt:                kit.Instant(&r.CreatedAt),
		LaunchType:               r.LaunchType,
		Monitoring:               r.Monitoring,
		PlatformFamily:           kit.Optional(&r.PlatformFamily),
		ServiceArn:               aws.String(r.ServiceARN),
		ServiceRevisionArn:       aws.String(r.ARN),
		TaskDefinition:           aws.String(r.TaskDefinition),
	}
	for _, m := range serviceMembers {
		m.showInRevision(&shown, r)
	}
	if r.PlatformVersion != "" {
		shown.PlatformVersion = aws.String(task.PlatformVersion(r.PlatformVersion))
	}
	if r.TargetGroups != nil && len(r.OwnLoadBalancers()) > 0 {
		shown.ResolvedConfiguration = resolvedConfiguration(r)
	}
	return shown
}

// resolvedConfiguration shows in which target groups the tasks of a revision are, of those between which
// traffic is shifted.
func resolvedConfiguration(r *state.ServiceRevision) *types.ResolvedConfiguration {
	resolved := &types.ResolvedConfiguration{LoadBalancers: []types.ServiceRevisionLoadBalancer{}}
	for _, b := range r.ResolvedLoadBalancers()[:len(r.OwnLoadBalancers())] {
		shown := types.ServiceRevisionLoadBalancer{TargetGroupArn: b.TargetGroupArn}
		if b.AdvancedConfiguration != nil {
			shown.ProductionListenerRule = b.AdvancedConfiguration.ProductionListenerRule
		}
		resolved.LoadBalancers = append(resolved.LoadBalancers, shown)
	}
	return resolved
}

package applicationautoscaling

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// RegisterScalableTarget keeps between which counts a service may be scaled. Where a target is registered already, it
// changes what the request has (AAS0001). The controller of scaling moves a desired count that is outside. The role is the
// service-linked one, also where the request names another one.
func (a *API) RegisterScalableTarget(ctx context.Context, in *sdk.RegisterScalableTargetInput) (*sdk.RegisterScalableTargetOutput, error) {
	if err := checkRegister(ctx, in); err != nil {
		return nil, err
	}
	missing := iam.MissingServiceLinkedRole(a.store.Read(), iam.AccountOf(awsapi.CallScope(ctx)), iam.ApplicationAutoScaling)
	if err := awsapi.AllowLinkedRole(ctx, iam.ApplicationAutoScaling, missing); err != nil {
		return nil, err
	}
	of, now := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}, a.now()
	out := &sdk.RegisterScalableTargetOutput{}
	return out, a.store.Update(func(tx *store.Tx) error {
		t := applicationautoscaling.FindTarget(tx, of)
		switch {
		case t == nil && in.MinCapacity == nil: // AAS0001.2
			return invalid("Minimum capacity must be specified")
		case t == nil && in.MaxCapacity == nil:
			return invalid("Maximum capacity must be specified")
		case t == nil:
			t = &applicationautoscaling.Target{
				Scope: of.Scope, Namespace: of.Namespace, Resource: of.Resource, Dimension: of.Dimension,
				ID: "0ec5" + arn.NewID(), CreatedAt: now, Tags: maps.Clone(in.Tags),
			}
		case in.Tags != nil: // AAS0002.1
			return invalid("The scalable target that you tried to tag already exists. To update tags on an existing scalable target, use the TagResource API.")
		}
		made := t.WithBounds(in.MinCapacity, in.MaxCapacity, now)
		made.Suspended = suspendedBy(made.Suspended, in.SuspendedState)
		if err := checkTarget(tx, made); err != nil {
			return err
		}
		if made.RoleARN == "" {
			made.RoleARN = iam.EnsureApplicationAutoScalingRole(tx, iam.AccountOf(of.Scope), now)
		}
		applicationautoscaling.Targets.Put(tx, made)
		out.ScalableTargetARN = aws.String(made.ARN())
		return nil
	})
}

// checkRegister refuses what needs no look at what there is.
func checkRegister(ctx context.Context, in *sdk.RegisterScalableTargetInput) error {
	switch {
	case in.Tags != nil && len(in.Tags) == 0: // AAS0002.2
		return errNoTags
	case in.RoleARN != nil && !arn.Is(*in.RoleARN): // AAS0001.5
		return invalid("'%s' is not a valid ARN", *in.RoleARN)
	case in.ServiceNamespace == types.ServiceNamespaceEcs && in.ScalableDimension == types.ScalableDimensionEC2SpotFleetRequestTargetCapacity: // AAS0001.6
		return &awsapi.Error{Code: "AccessDeniedException", Message: "Account is not authorized", Capital: true}
	case in.ServiceNamespace != types.ServiceNamespaceEcs || in.ScalableDimension != types.ScalableDimensionECSServiceDesiredCount ||
		applicationautoscaling.Resource{Resource: *in.ResourceId}.Service() == "": // AAS0001.6
		return invalid("Unsupported service namespace, resource type or scalable dimension")
	}
	return checkTags(ctx, in.Tags)
}

// checkTarget refuses bounds that cannot be, and a service that is not there.
func checkTarget(tx *store.Tx, t *applicationautoscaling.Target) error {
	s := state.FindService(tx, t.Of().Service())
	switch {
	case t.Min < 0: // AAS0001.3
		return errMinNegative
	case t.Max < t.Min:
		return errMaxBelowMin
	case s == nil || s.Status() != state.ServiceActive: // AAS0001.4
		return invalid("ECS service doesn't exist: %s", t.Resource)
	case s.SchedulingStrategy == ecs.SchedulingStrategyDaemon: // it has no desired count; the words are the emulator's
		return invalid("ECS service with the scheduling strategy DAEMON cannot be scaled: %s", t.Resource)
	case s.DeploymentController == ecs.DeploymentControllerTypeExternal: // ECS0330.8; the words are the emulator's
		return invalid("ECS service with the deployment controller EXTERNAL cannot be scaled: %s", t.Resource)
	}
	return nil
}

var (
	errMinNegative = invalid("Minimum capacity cannot be less than 0")
	errMaxBelowMin = invalid("Maximum capacity cannot be less than minimum capacity")
)

// suspendedBy is what is suspended after a request, which leaves alone what it does not name (AAS0001.7).
func suspendedBy(now applicationautoscaling.Suspended, asked *types.SuspendedState) applicationautoscaling.Suspended {
	if asked == nil {
		return now
	}
	for member, given := range map[*bool]*bool{
		&now.In: asked.DynamicScalingInSuspended, &now.Out: asked.DynamicScalingOutSuspended, &now.Scheduled: asked.ScheduledScalingSuspended,
	} {
		if given != nil {
			*member = *given
		}
	}
	return now
}

// DescribeScalableTargets answers the targets of a namespace.
func (a *API) DescribeScalableTargets(ctx context.Context, in *sdk.DescribeScalableTargetsInput) (*sdk.DescribeScalableTargetsOutput, error) {
	if in.ScalableDimension != "" && len(in.ResourceIds) == 0 {
		return nil, errDimensionAlone
	}
	all := applicationautoscaling.TargetsIn(a.store.Read(), awsapi.CallScope(ctx), in.ServiceNamespace)
	all = slices.DeleteFunc(slices.Clone(all), func(t *applicationautoscaling.Target) bool {
		return len(in.ResourceIds) > 0 && !slices.Contains(in.ResourceIds, t.Resource) || in.ScalableDimension != "" && in.ScalableDimension != t.Dimension
	})
	part, next, err := cut(all, (*applicationautoscaling.Target).Key, page.Request{Token: in.NextToken, Most: itemsOfPage, Form: form("targets")}, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeScalableTargetsOutput{ScalableTargets: []types.ScalableTarget{}, NextToken: next}
	for _, t := range part {
		out.ScalableTargets = append(out.ScalableTargets, describeTarget(t))
	}
	return out, nil
}

// errDimensionAlone is about a dimension without what has it. Source: Application Auto Scaling API reference; the words are
// the emulator's.
var errDimensionAlone = invalid("If you specify a scalable dimension, you must also specify a resource ID")

func describeTarget(t *applicationautoscaling.Target) types.ScalableTarget {
	return types.ScalableTarget{
		ServiceNamespace: t.Namespace, ResourceId: &t.Resource, ScalableDimension: t.Dimension, MinCapacity: &t.Min, MaxCapacity: &t.Max,
		RoleARN: &t.RoleARN, CreationTime: &t.CreatedAt, ScalableTargetARN: aws.String(t.ARN()),
		SuspendedState: &types.SuspendedState{
			DynamicScalingInSuspended: &t.Suspended.In, DynamicScalingOutSuspended: &t.Suspended.Out, ScheduledScalingSuspended: &t.Suspended.Scheduled,
		},
	}
}

// DeregisterScalableTarget forgets a target, with its policies, their alarms, and its scheduled actions (AAS0001.9). The
// service keeps its desired count.
func (a *API) DeregisterScalableTarget(ctx context.Context, in *sdk.DeregisterScalableTargetInput) (*sdk.DeregisterScalableTargetOutput, error) {
	of := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	return &sdk.DeregisterScalableTargetOutput{}, a.store.Update(func(tx *store.Tx) error {
		t := applicationautoscaling.FindTarget(tx, of)
		if t == nil { // AAS0001.9
			return notFound("No scalable target found for %s", told(of))
		}
		managedalarm.ForgetTarget(tx, t, a.now())
		return nil
	})
}

// now is the time in the milliseconds that AWS keeps.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Millisecond) }

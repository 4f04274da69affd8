package applicationautoscaling

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// RegisterScalableTarget keeps between which counts a service may be scaled. Where a target is
// registered already, it changes what the request has. The role is the service-linked one,
// also where the request names another one. Source: Application Auto Scaling API reference.
func (a *API) RegisterScalableTarget(ctx context.Context, in *sdk.RegisterScalableTargetInput) (*sdk.RegisterScalableTargetOutput, error) {
	if err := checkRegister(in); err != nil {
		return nil, err
	}
	scope, now := awsapi.CallScope(ctx), a.now().UTC().Truncate(time.Millisecond)
	made := applicationautoscaling.Target{Scope: scope, Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	err := a.store.Update(func(tx *store.Tx) error {
		there := applicationautoscaling.FindTarget(tx, made.Of())
		switch {
		case there != nil:
			made = *there
		case in.MinCapacity == nil || in.MaxCapacity == nil: // the text is the emulator's
			return invalid("MinCapacity and MaxCapacity are required for a new scalable target.")
		default:
			made.ID, made.CreatedAt = "0ec5"+arn.NewID(), now
			made.RoleARN = iam.EnsureApplicationAutoScalingRole(tx, iam.AccountOf(scope), now)
		}
		made.Min, made.Max = valueOr(in.MinCapacity, made.Min), valueOr(in.MaxCapacity, made.Max)
		if err := checkCapacity(tx, &made); err != nil {
			return err
		}
		applicationautoscaling.PutTarget(tx, &made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.RegisterScalableTargetOutput{ScalableTargetARN: aws.String(made.ARN())}, nil
}

// checkRegister refuses what the emulator has not.
func checkRegister(in *sdk.RegisterScalableTargetInput) error {
	switch {
	case in.ServiceNamespace != types.ServiceNamespaceEcs || in.ScalableDimension != types.ScalableDimensionECSServiceDesiredCount:
		return awsapi.NotImplemented("application-autoscaling", "scalable targets of "+string(in.ServiceNamespace)+" "+string(in.ScalableDimension))
	case in.SuspendedState != nil:
		return awsapi.NotImplemented("application-autoscaling", "SuspendedState of scalable targets")
	case len(in.Tags) > 0:
		return awsapi.NotImplemented("application-autoscaling", "Tags of scalable targets")
	}
	return nil
}

// checkCapacity refuses a target whose service is not there, and a service whose desired count is
// outside the capacity: nothing here moves it.
func checkCapacity(tx *store.Tx, t *applicationautoscaling.Target) error {
	if t.Min > t.Max { // the text is the emulator's
		return invalid("The minimum capacity %d is greater than the maximum capacity %d.", t.Min, t.Max)
	}
	parts := strings.Split(t.Resource, "/")
	var s *state.Service
	if len(parts) == 3 && parts[0] == "service" {
		s = state.FindService(tx, t.Scope.Service(parts[1], parts[2]))
	}
	if s == nil || s.Status() != "ACTIVE" { // Source: field reports
		return invalid("ECS service doesn't exist: %s", t.Resource)
	}
	if n := s.DesiredCount; n < int(t.Min) || n > int(t.Max) {
		return awsapi.NotImplemented("application-autoscaling", fmt.Sprintf("a move of the desired count %d of %s into the capacity %d to %d (update the service first)", n, t.Resource, t.Min, t.Max))
	}
	return nil
}

// DescribeScalableTargets answers the targets of a namespace.
func (a *API) DescribeScalableTargets(ctx context.Context, in *sdk.DescribeScalableTargetsInput) (*sdk.DescribeScalableTargetsOutput, error) {
	all := applicationautoscaling.Targets(a.store.Read(), awsapi.CallScope(ctx), in.ServiceNamespace)
	all = slices.DeleteFunc(slices.Clone(all), func(t *applicationautoscaling.Target) bool {
		return len(in.ResourceIds) > 0 && !slices.Contains(in.ResourceIds, t.Resource) || in.ScalableDimension != "" && in.ScalableDimension != t.Dimension
	})
	part, next, err := page.Cut(all, (*applicationautoscaling.Target).Key, page.Request{Token: in.NextToken, Size: in.MaxResults, Most: maxDescribed})
	if err != nil { // the text is the emulator's
		return nil, &types.InvalidNextTokenException{Message: aws.String("The token is not valid.")}
	}
	out := &sdk.DescribeScalableTargetsOutput{ScalableTargets: []types.ScalableTarget{}, NextToken: next}
	for _, t := range part {
		awake := types.SuspendedState{DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(false)}
		out.ScalableTargets = append(out.ScalableTargets, types.ScalableTarget{
			ServiceNamespace: t.Namespace, ResourceId: &t.Resource, ScalableDimension: t.Dimension, MinCapacity: &t.Min, MaxCapacity: &t.Max,
			RoleARN: &t.RoleARN, CreationTime: &t.CreatedAt, ScalableTargetARN: aws.String(t.ARN()), SuspendedState: &awake,
		})
	}
	return out, nil
}

// maxDescribed is how many targets a page has. Source: Application Auto Scaling API reference.
const maxDescribed = 50

// DeregisterScalableTarget forgets a target.
func (a *API) DeregisterScalableTarget(ctx context.Context, in *sdk.DeregisterScalableTargetInput) (*sdk.DeregisterScalableTargetOutput, error) {
	of := applicationautoscaling.Resource{Scope: awsapi.CallScope(ctx), Namespace: in.ServiceNamespace, Resource: *in.ResourceId, Dimension: in.ScalableDimension}
	return &sdk.DeregisterScalableTargetOutput{}, a.store.Update(func(tx *store.Tx) error {
		t := applicationautoscaling.FindTarget(tx, of)
		if t == nil { // Source: field reports
			return &types.ObjectNotFoundException{Message: awsapi.Textf("No scalable target found for service namespace: %s, resource ID: %s, scalable dimension: %s",
				in.ServiceNamespace, *in.ResourceId, in.ScalableDimension)}
		}
		applicationautoscaling.DeleteTarget(tx, t)
		return nil
	})
}

func invalid(format string, args ...any) error {
	return &types.ValidationException{Message: awsapi.Textf(format, args...)}
}

func valueOr(given *int32, otherwise int32) int32 {
	if given != nil {
		return *given
	}
	return otherwise
}

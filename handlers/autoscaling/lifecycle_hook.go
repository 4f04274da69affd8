package autoscaling

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// What a lifecycle hook can have. Source: EC2 Auto Scaling API reference, PutLifecycleHook; ASG0004.2 for new groups.
const (
	mostHooks         = 50 // of a group
	mostHooksAtOnce   = 5  // with which a group is created
	shortestHeartbeat = 30 // seconds
	longestHeartbeat  = 7200
)

// PutLifecycleHook makes a lifecycle hook, or changes one.
func (a *API) PutLifecycleHook(ctx context.Context, in *sdk.PutLifecycleHookInput) (*sdk.PutLifecycleHookOutput, error) {
	return &sdk.PutLifecycleHookOutput{}, a.store.Update(func(tx *store.Tx) error {
		g, err := group(tx, awsapi.CallScope(ctx), in.AutoScalingGroupName)
		if err != nil {
			return err
		}
		return putHook(tx, g, in)
	})
}

// putHook takes what a request says of a hook; the rest stays, or has its default.
func putHook(tx *store.Tx, g *autoscaling.Group, in *sdk.PutLifecycleHookInput) error {
	if err := checkHook(in); err != nil {
		return err
	}
	name, transition := *in.LifecycleHookName, aws.ToString(in.LifecycleTransition)
	hook := *autoscaling.NewLifecycleHook(g, name, transition)
	if old := autoscaling.FindLifecycleHook(tx, g, name); old != nil {
		hook = *old
	} else if transition == "" {
		return invalid("A lifecycle transition is required for a new lifecycle hook.") // the text is the emulator's
	} else if len(autoscaling.LifecycleHooks(tx, g)) >= mostHooks {
		return &types.LimitExceededFault{Message: awsapi.Textf("You already have %d lifecycle hooks in the group %s.", mostHooks, g.Name)} // as well
	}
	set(&hook.Transition, in.LifecycleTransition)
	set(&hook.DefaultResult, in.DefaultResult)
	set(&hook.Metadata, in.NotificationMetadata)
	if in.HeartbeatTimeout != nil {
		hook.Heartbeat = time.Duration(*in.HeartbeatTimeout) * time.Second
	}
	autoscaling.PutLifecycleHook(tx, &hook)
	return nil
}

// checkHook refuses values that there are not, and targets that nothing would reach: the emulator has
// neither SNS nor SQS. An empty target is none. Source of the texts: ASG0004.1.
func checkHook(in *sdk.PutLifecycleHookInput) error {
	switch {
	case aws.ToString(in.NotificationTargetARN) != "":
		return notBuilt("NotificationTargetARN (SNS topics and SQS queues)")
	case aws.ToString(in.RoleARN) != "":
		return notBuilt("RoleARN (for SNS topics and SQS queues)")
	case in.LifecycleTransition != nil && !slices.Contains(transitions, *in.LifecycleTransition):
		return invalid("'LifecycleTransition' must be one of: %s", strings.Join(transitions, ", "))
	case in.HeartbeatTimeout != nil && (*in.HeartbeatTimeout < shortestHeartbeat || *in.HeartbeatTimeout > longestHeartbeat):
		return invalid("HeartbeatTimeout must be between %d and %d seconds", shortestHeartbeat, longestHeartbeat)
	case in.DefaultResult != nil && !slices.Contains(results, *in.DefaultResult):
		return invalid("'DefaultResult' must be one of: %s", strings.Join(results, ", "))
	}
	return nil
}

var (
	transitions = []string{autoscaling.Launching, autoscaling.Terminating}
	results     = []string{autoscaling.Continue, autoscaling.Abandon}
)

// putHooks makes the lifecycle hooks with which a group is created. Source of the texts: ASG0004.2; the codes are the
// emulator's.
func putHooks(tx *store.Tx, g *autoscaling.Group, list []types.LifecycleHookSpecification) error {
	if len(list) > mostHooksAtOnce {
		return invalid("You cannot specify more than %d hooks", mostHooksAtOnce)
	}
	for _, h := range list {
		if autoscaling.FindLifecycleHook(tx, g, *h.LifecycleHookName) != nil { // of the same list, as the group is new
			return invalid("Multiple lifecycle hooks found for name '%s'", *h.LifecycleHookName)
		}
		err := putHook(tx, g, &sdk.PutLifecycleHookInput{
			LifecycleHookName: h.LifecycleHookName, LifecycleTransition: h.LifecycleTransition, HeartbeatTimeout: h.HeartbeatTimeout,
			DefaultResult: h.DefaultResult, NotificationMetadata: h.NotificationMetadata, NotificationTargetARN: h.NotificationTargetARN, RoleARN: h.RoleARN,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DescribeLifecycleHooks answers those of a group, in order of their names; unknown names are left out.
func (a *API) DescribeLifecycleHooks(ctx context.Context, in *sdk.DescribeLifecycleHooksInput) (*sdk.DescribeLifecycleHooksOutput, error) {
	tx := a.store.Read()
	g := autoscaling.FindGroup(tx, awsapi.CallScope(ctx), *in.AutoScalingGroupName)
	if g == nil {
		return nil, noGroup(*in.AutoScalingGroupName)
	}
	out := &sdk.DescribeLifecycleHooksOutput{LifecycleHooks: []types.LifecycleHook{}}
	for _, h := range autoscaling.LifecycleHooks(tx, g) {
		if len(in.LifecycleHookNames) > 0 && !slices.Contains(in.LifecycleHookNames, h.Name) {
			continue
		}
		out.LifecycleHooks = append(out.LifecycleHooks, types.LifecycleHook{
			AutoScalingGroupName: &g.Name, LifecycleHookName: &h.Name, LifecycleTransition: &h.Transition, DefaultResult: &h.DefaultResult,
			HeartbeatTimeout: seconds(h.Heartbeat), GlobalTimeout: seconds(h.GlobalTimeout()), NotificationMetadata: awsapi.Optional(h.Metadata),
		})
	}
	return out, nil
}

func seconds(d time.Duration) *int32 { return aws.Int32(int32(d / time.Second)) }

// DeleteLifecycleHook removes a lifecycle hook. Nothing waits for it any longer.
func (a *API) DeleteLifecycleHook(ctx context.Context, in *sdk.DeleteLifecycleHookInput) (*sdk.DeleteLifecycleHookOutput, error) {
	return &sdk.DeleteLifecycleHookOutput{}, a.store.Update(func(tx *store.Tx) error {
		g, err := group(tx, awsapi.CallScope(ctx), in.AutoScalingGroupName)
		if err != nil {
			return err
		}
		h := autoscaling.FindLifecycleHook(tx, g, *in.LifecycleHookName)
		if h == nil { // of the text, field reports have the first four words
			return invalid("No Lifecycle Hook found with the name %s in the group %s", *in.LifecycleHookName, g.Name)
		}
		autoscaling.DeleteLifecycleHook(tx, g, h)
		return nil
	})
}

// DescribeLifecycleHookTypes answers the transitions at which an instance can wait.
func (a *API) DescribeLifecycleHookTypes(context.Context, *sdk.DescribeLifecycleHookTypesInput) (*sdk.DescribeLifecycleHookTypesOutput, error) {
	return &sdk.DescribeLifecycleHookTypesOutput{LifecycleHookTypes: slices.Clone(transitions)}, nil
}

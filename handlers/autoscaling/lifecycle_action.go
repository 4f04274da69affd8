package autoscaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CompleteLifecycleAction ends the wait of an instance for a hook (ASG0003).
func (a *API) CompleteLifecycleAction(ctx context.Context, in *sdk.CompleteLifecycleActionInput) (*sdk.CompleteLifecycleActionOutput, error) {
	if !slices.Contains(results, *in.LifecycleActionResult) {
		return nil, invalid("Valid lifecycle action results are: %v.", results) // the text is the emulator's
	}
	return &sdk.CompleteLifecycleActionOutput{}, a.act(ctx, in.AutoScalingGroupName, actionOf(in.LifecycleActionToken, in.InstanceId),
		func(tx *store.Tx, g *autoscaling.Group, of autoscaling.ActionOf) bool {
			return autoscaling.CompleteLifecycleAction(tx, g, *in.LifecycleHookName, of, *in.LifecycleActionResult)
		})
}

// RecordLifecycleActionHeartbeat begins the time anew in which an instance waits for a hook.
func (a *API) RecordLifecycleActionHeartbeat(ctx context.Context, in *sdk.RecordLifecycleActionHeartbeatInput) (*sdk.RecordLifecycleActionHeartbeatOutput, error) {
	return &sdk.RecordLifecycleActionHeartbeatOutput{}, a.act(ctx, in.AutoScalingGroupName, actionOf(in.LifecycleActionToken, in.InstanceId),
		func(tx *store.Tx, g *autoscaling.Group, of autoscaling.ActionOf) bool {
			return autoscaling.RecordHeartbeat(tx, g, *in.LifecycleHookName, of, a.now())
		})
}

func actionOf(token, instance *string) autoscaling.ActionOf {
	return autoscaling.ActionOf{Token: aws.ToString(token), InstanceID: aws.ToString(instance)}
}

// act does something to the lifecycle action that a request names, if it is active.
// Source: recorded answers; field reports for the text about a token.
func (a *API) act(ctx context.Context, name *string, of autoscaling.ActionOf, do func(*store.Tx, *autoscaling.Group, autoscaling.ActionOf) bool) error {
	return a.store.Update(func(tx *store.Tx) error {
		g, err := group(tx, awsapi.CallScope(ctx), name)
		switch {
		case err != nil:
			return err
		case of == autoscaling.ActionOf{}:
			return invalid("Either a lifecycle action token or an instance ID is required.") // the text is the emulator's
		case do(tx, g, of):
			return nil
		case of.Token != "":
			return invalid("No active Lifecycle Action found with token %s", of.Token)
		}
		return invalid("No active Lifecycle Action found with instance ID %s", of.InstanceID)
	})
}

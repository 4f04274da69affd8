package controller

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	elb "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// act does what is decided, up to the first refusal. Functions are called beyond the decision: their calls end with run.
func (c *Controller) act(ctx, running context.Context, d *codedeploy.Deployment, s *sight, actions []run.Action) (*run.Refusal, error) {
	for _, each := range actions {
		var err error
		switch do := each.(type) {
		case *run.CreateTaskSet:
			err = c.Call(ctx, d, apiclient.Of("ecs", "CreateTaskSet"), taskSet(d, do), &ecs.CreateTaskSetOutput{})
		case *run.SetWeights:
			err = c.setWeights(ctx, d, s, do)
		case *run.Promote:
			in := ecs.UpdateServicePrimaryTaskSetInput{Cluster: cluster(d), Service: service(d), PrimaryTaskSet: &do.TaskSet}
			err = c.Call(ctx, d, apiclient.Of("ecs", "UpdateServicePrimaryTaskSet"), &in, &ecs.UpdateServicePrimaryTaskSetOutput{})
		case *run.DeleteTaskSet:
			in := ecs.DeleteTaskSetInput{Cluster: cluster(d), Service: service(d), TaskSet: &do.TaskSet, Force: aws.Bool(true)}
			err = c.Call(ctx, d, apiclient.Of("ecs", "DeleteTaskSet"), &in, &ecs.DeleteTaskSetOutput{})
		case *run.Call:
			c.call(running, d, do.Event)
		}
		if refused, err := refusal(err); err != nil || refused != nil {
			return refused, err
		}
	}
	return nil, nil
}

func cluster(d *codedeploy.Deployment) *string { return aws.String(arn.ClusterName(d.ServiceARN)) }

func service(d *codedeploy.Deployment) *string { return aws.String(arn.Name(d.ServiceARN)) }

// taskSet is the green task set: the AppSpec file's, and the original one's in what that does not say (CD0015).
func taskSet(d *codedeploy.Deployment, do *run.CreateTaskSet) *ecs.CreateTaskSetInput {
	spec, blue := d.Spec, &do.Blue
	in := &ecs.CreateTaskSetInput{
		Cluster: cluster(d), Service: service(d), ClientToken: &d.ID, ExternalId: &d.ID, TaskDefinition: &spec.TaskDefinition,
		Scale:                &types.Scale{Value: 100, Unit: types.ScaleUnitPercent},
		LoadBalancers:        []types.LoadBalancer{{TargetGroupArn: &do.TargetGroup, ContainerName: &spec.Container, ContainerPort: &spec.Port}},
		NetworkConfiguration: cmp.Or(spec.Network, blue.NetworkConfiguration), ServiceRegistries: blue.ServiceRegistries,
		CapacityProviderStrategy: spec.Strategy, PlatformVersion: blue.PlatformVersion,
	}
	if spec.PlatformVersion != "" {
		in.PlatformVersion = &spec.PlatformVersion
	}
	if len(in.CapacityProviderStrategy) == 0 {
		in.CapacityProviderStrategy = blue.CapacityProviderStrategy
	}
	if len(in.CapacityProviderStrategy) == 0 {
		in.LaunchType = blue.LaunchType
	}
	return in
}

// setWeights writes a rule's actions with other weights.
func (c *Controller) setWeights(ctx context.Context, d *codedeploy.Deployment, s *sight, do *run.SetWeights) error {
	actions := elbv2.WithWeights(s.actions[do.Rule.Key()], do.Weights)
	if do.Rule.Rule != "" {
		in := elb.ModifyRuleInput{RuleArn: &do.Rule.Rule, Actions: actions}
		return c.Call(ctx, d, apiclient.Of("elasticloadbalancing", "ModifyRule"), &in, &elb.ModifyRuleOutput{})
	}
	in := elb.ModifyListenerInput{ListenerArn: &do.Rule.Listener, DefaultActions: actions}
	return c.Call(ctx, d, apiclient.Of("elasticloadbalancing", "ModifyListener"), &in, &elb.ModifyListenerOutput{})
}

// event is what a function is told (CD0014).
type event struct {
	DeploymentID string `json:"DeploymentId"`
	ExecutionID  string `json:"LifecycleEventHookExecutionId"`
}

// call calls the function of a lifecycle event, and does not wait for it. A function that has answered by its own call goes on to its
// end.
func (c *Controller) call(ctx context.Context, d *codedeploy.Deployment, e codedeploy.Event) {
	payload, err := json.Marshal(event{d.ID, e.ExecutionID})
	if err != nil {
		c.Log.Error("the event of a lifecycle event hook cannot be written", "deployment", d.ID, "error", err)
		return
	}
	call := c.calls.Begin(d.ID, e.Name, func() {})
	c.running.Go(func() {
		defer c.calls.End(call)
		why, about := "", c.Log.With("deployment", d.ID, "event", e.Name, "function", e.Function)
		if err := c.Invoke(ctx, d, function(d, e.Function), payload); err != nil {
			if ctx.Err() != nil { // the emulator ends
				return
			}
			why = err.Error()
			about.Warn("the function of a lifecycle event hook cannot be called", "error", err)
		} else {
			about.Info("lifecycle event hook called")
		}
		c.calls.Answer(call, why)
		c.loop.Wake(d.ID) // before Idle sees that the call is over
	})
}

// function is the ARN of a function by its name, or its ARN.
func function(d *codedeploy.Deployment, given string) string {
	if strings.HasPrefix(given, "arn:") {
		return given
	}
	return fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", d.Scope.Partition(), d.Scope.Region, d.Scope.Account, given)
}

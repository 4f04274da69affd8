package codedeploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// call calls an operation as the role of a deployment's group. That it is CodeDeploy who calls stands in the context of this one call:
// ECS lets no other caller manage task sets of such a service (CD0005).
func (c *CodeDeploy) call(ctx context.Context, d *codedeploy.Deployment, op apiclient.Operation, in, out any) error {
	as, err := c.principal(d)
	if err != nil {
		return err
	}
	return c.Client.Do(calledby.With(ctx, service), as, op, in, out)
}

// invoke calls the function of a lifecycle event hook, if the role may. What it returns, and whether it fails, does not count (CD0014).
func (c *CodeDeploy) invoke(ctx context.Context, d *codedeploy.Deployment, function string, payload []byte) error {
	as, err := c.principal(d)
	if err != nil {
		return err
	}
	if err := c.Credentials.MayInvoke(ctx, as, function); err != nil {
		return err
	}
	returned, err := c.Functions.Invoke(ctx, as, function, payload)
	if returned.FunctionError != "" {
		c.Log.Warn("the function of a lifecycle event hook has failed", "deployment", d.ID, "function", function, "error", returned.FunctionError)
	}
	return err
}

// mayRead asks whether the role may read the AppSpec file in S3, which was read when the deployment was created.
func (c *CodeDeploy) mayRead(ctx context.Context, d *codedeploy.Deployment, object string) error {
	as, err := c.principal(d)
	if err != nil {
		return err
	}
	return c.Credentials.MayRead(ctx, as, object)
}

// principal is the role in a session that is called like the deployment: that name is the emulator's choice.
func (c *CodeDeploy) principal(d *codedeploy.Deployment) (apiclient.Principal, error) {
	return c.Credentials.Role(d.Scope, aws.ToString(d.Settings.ServiceRoleArn), d.ID)
}

func (c *CodeDeploy) assumes(d *codedeploy.Deployment) bool {
	group := codedeploy.DeploymentGroup{Scope: d.Scope, Application: d.Application, Name: d.Group}
	return c.Credentials.AssumedBy(service, group.ARN(), aws.ToString(d.Settings.ServiceRoleArn))
}

// sources wake the deployments that heed a service or an alarm, by their ARNs.
func sources(users func(arn string) []string) []store.Source {
	return append([]store.Source{
		state.OnServices(func(before, after *state.Service) []string {
			if after == nil {
				after = before
			}
			return users(after.ARN)
		}),
		state.OnServiceSummaries(func(before, after *state.ServiceSummary) []string {
			if after == nil {
				after = before
			}
			return users(after.ServiceARN)
		}),
		taskset.On(func(before, after *taskset.TaskSet) []string {
			if after == nil {
				after = before
			}
			return users(after.ServiceARN)
		}),
	}, cloudwatch.OnStatesOf(users)...)
}

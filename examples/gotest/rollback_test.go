package gotest

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestFailedDeploymentIsRolledBack deploys a revision whose container ends at once. The circuit
// breaker counts three failed tasks, between which ECS waits longer and longer. Here that takes
// milliseconds, because the test moves the clock.
func TestFailedDeploymentIsRolledBack(t *testing.T) {
	srv := emulator.Start(t)
	client := ecs.NewFromConfig(srv.Config())
	good := registerWeb(t, client, nil, nil)
	createWeb(t, client, "default", good)
	// ECS rolls back to a deployment that is COMPLETED, and a stable service may not be there yet.
	advanceUntil(t, srv, func() bool {
		return deploymentOf(t, client, good).RolloutState == types.DeploymentRolloutStateCompleted
	})

	bad := registerWeb(t, client, []string{"sh", "-c", "echo no database; exit 1"}, nil)
	_, err := client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("web"), TaskDefinition: aws.String(bad),
	})
	if err != nil {
		t.Fatal(err)
	}

	advanceUntil(t, srv, func() bool {
		return deploymentOf(t, client, bad).RolloutState == types.DeploymentRolloutStateFailed
	})
	if reason := aws.ToString(deploymentOf(t, client, bad).RolloutStateReason); !strings.Contains(reason, "circuit breaker") {
		t.Errorf("the deployment failed for %q, want the circuit breaker", reason)
	}
	advanceUntil(t, srv, func() bool {
		return deploymentOf(t, client, good).RolloutState == types.DeploymentRolloutStateCompleted
	})
	if runs := revisionOf(t, client, taskOf(t, client)); runs != good {
		t.Errorf("the service runs %s, want %s", runs, good)
	}
}

// advanceUntil moves the clock second by second, for an hour at most.
func advanceUntil(t *testing.T, srv *emulator.Server, done func() bool) {
	t.Helper()
	for range 3600 {
		if done() {
			return
		}
		if err := srv.Clock().Advance(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("an hour of the emulator's clock has not been enough")
}

// deploymentOf is the deployment of a revision, zero if the service has none.
func deploymentOf(t *testing.T, client *ecs.Client, taskDefinition string) types.Deployment {
	t.Helper()
	for _, d := range describeWeb(t, client, "default").Deployments {
		if *d.TaskDefinition == taskDefinition {
			return d
		}
	}
	return types.Deployment{}
}

// revisionOf is the ARN of the task definition of which a task is.
func revisionOf(t *testing.T, client *ecs.Client, task string) string {
	t.Helper()
	out, err := client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{task}})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Tasks[0].TaskDefinitionArn
}

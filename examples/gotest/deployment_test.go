// Package gotest has examples of tests that need ECS and no Docker: an application that survives the
// death of a task, many cases that share an emulator, and time that passes in a bubble of
// testing/synctest.
package gotest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestServiceSurvivesTheDeathOfATask(t *testing.T) {
	srv := emulator.Start(t) // gone with the test
	client := ecs.NewFromConfig(srv.Config())

	// The simulated engine is told what the container does: it ends by itself after ten minutes of
	// the emulator's clock.
	web := registerWeb(t, client, nil, map[string]string{"ecs-emulator.sim.run-for": "10m", "ecs-emulator.sim.exit-code": "1"})
	createWeb(t, srv, client, web)
	if err := srv.WaitStable(t.Context(), "default", "web"); err != nil {
		t.Fatal(err)
	}
	before := taskOf(t, client)

	// Ten minutes pass at once, with all that happens in them.
	if err := srv.Clock().Advance(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := srv.WaitStable(t.Context(), "default", "web"); err != nil {
		t.Fatal(err)
	}
	if after := taskOf(t, client); after == before {
		t.Errorf("task %s was not replaced", before)
	}
}

// taskOf is the ARN of the service's one task.
func taskOf(t *testing.T, client *ecs.Client) string {
	t.Helper()
	list, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.TaskArns) != 1 {
		t.Fatalf("the service has tasks %v, want one", list.TaskArns)
	}
	return list.TaskArns[0]
}

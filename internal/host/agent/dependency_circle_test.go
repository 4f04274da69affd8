package agent

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestATaskInACircleStops(t *testing.T) {
	linked := func(name, to string) types.ContainerDefinition {
		c := container(name)
		c.Links = []string{to}
		return c
	}
	waiting := func(name, on string) types.ContainerDefinition {
		c := container(name)
		c.DependsOn = []types.ContainerDependency{{ContainerName: aws.String(on), Condition: types.ContainerConditionStart}}
		return c
	}
	borrowing := func(name, from string) types.ContainerDefinition {
		c := container(name)
		c.VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String(from)}}
		return c
	}
	for _, c := range []struct {
		name       string
		containers []types.ContainerDefinition
		stops      bool
	}{
		{"a link and a dependency", []types.ContainerDefinition{linked("a", "b"), waiting("b", "a")}, true},
		{"volumes", []types.ContainerDefinition{borrowing("a", "b"), borrowing("b", "a")}, true},
		{"all of them, and one beside", []types.ContainerDefinition{container("d"), linked("a", "b"), waiting("b", "c"), borrowing("c", "a")}, true},
		{"two ways to one", []types.ContainerDefinition{linked("a", "b"), waiting("c", "b"), container("b")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				id := b.runAt(b.instance(), types.NetworkModeBridge, c.containers...)
				b.settleAfter(time.Minute)
				task := b.task(id)
				if !c.stops {
					b.expect("status", task.Status.LastStatus, state.Running)
					return
				}
				if b.expect("status", task.Status.LastStatus, state.Stopped); task.Stop == nil {
					t.Fatal("it waits")
				}
				b.expect("stop code", task.Stop.Code, types.TaskStopCodeTaskFailedToStart)
				b.expect("reason", task.Stop.Reason, "Task dependencies cannot be resolved, taskArn: "+id)
			})
		})
	}
}

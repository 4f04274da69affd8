package agent

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A task puts a link in place of a folder that it mounts later, or again: of what the engine
// is told then, the container does not start.
func TestAFolderIsLookedForAtEachStart(t *testing.T) {
	folder := efs(func(e *types.EFSVolumeConfiguration) { e.RootDirectory = aws.String("/sub") })
	folder.Name = aws.String("data")
	first := container("first", "sleep", "10")
	first.Essential = aws.Bool(false)
	again := mounted("data", container("again", "sleep", "70"))
	again.RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(60)}
	idle := mounted("data", container("idle", "exit", "0"))
	idle.Essential = aws.Bool(false)
	borrower := container("borrower")
	borrower.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("first"), Condition: types.ContainerConditionComplete}}
	borrower.VolumesFrom = []types.VolumeFrom{{SourceContainer: aws.String("idle")}}
	for name, containers := range map[string][]types.ContainerDefinition{
		"one with volumes of another's": {first, idle, borrower},
		"one that restarts":             {first, again},
	} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				faults := fault.New(b.engine, fault.Options{})
				b.restartOn(faults)
				id := b.runDefinition(types.TaskDefinition{ContainerDefinitions: containers, Volumes: []types.Volume{folder}})
				b.settleAfter(5 * time.Second)
				if _, err := faults.AddRule(fault.Rule{Call: fault.EnsureVolume, Error: "a link"}); err != nil {
					t.Fatal(err)
				}
				b.settleAfter(2 * time.Minute)
				last := b.task(id).Status.Containers[len(containers)-1]
				b.expect("reason", last.Reason, "CannotStartContainerError: a link")
				b.expect("status", b.task(id).Status.LastStatus, state.Stopped)
			})
		})
	}
}

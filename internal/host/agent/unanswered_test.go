package agent

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// TestACallThatIsNotAnsweredOnceHoldsUpNoOtherTask has the engine never answer the first call of each kind, and
// all others. The first task may wait until the call is made again. It stops all the same.
func TestACallThatIsNotAnsweredOnceHoldsUpNoOtherTask(t *testing.T) {
	volume := func(b *bench) string {
		return b.runDefinition(types.TaskDefinition{
			ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("web"))}, Volumes: []types.Volume{{Name: aws.String("data")}},
		})
	}
	bridge := func() func(b *bench) string {
		instance := ""
		return func(b *bench) string {
			if instance == "" {
				instance = b.instance()
			}
			c := container("web")
			c.PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}}
			return b.runAt(instance, types.NetworkModeBridge, c)
		}
	}
	soon, again := 2*time.Second, 20*time.Second // the latter where tasks share what the call is for
	for _, c := range []struct {
		name    string
		rule    fault.Rule
		run     func(b *bench) string
		within  time.Duration // the other tasks run
		stopped time.Duration // the first one has, within which time
	}{
		{"network", fault.Rule{Call: fault.EnsureNetwork}, volume, soon, soon},
		{"volume", fault.Rule{Call: fault.EnsureVolume}, volume, soon, soon},
		{"image", fault.Rule{Call: fault.Image}, volume, soon, soon},
		{"pull", fault.Rule{Call: fault.Pull}, volume, soon, soon},
		{"sandbox", fault.Rule{Call: fault.CreateSandbox}, volume, soon, again},
		{"start of a sandbox", fault.Rule{Call: fault.Start, Sandbox: sandboxes}, volume, soon, again},
		{"filter", fault.Rule{Call: fault.SetFilter}, volume, soon, again},
		{"container", fault.Rule{Call: fault.Create}, volume, soon, plan.CreatePatience + soon},
		{"start", fault.Rule{Call: fault.Start, Sandbox: containers}, volume, soon, again},
		{"inspection", fault.Rule{Call: fault.Inspect}, volume, soon, again},
		{"stop", fault.Rule{Call: fault.Stop}, volume, soon, defaultStopTimeout + again},
		{"removal", fault.Rule{Call: fault.Remove}, volume, soon, again + soon},
		{"list of containers", fault.Rule{Call: fault.List, Times: 1}, volume, 10 * time.Second, soon},
		{"sandbox of a container instance", fault.Rule{Call: fault.CreateSandbox}, bridge(), again, soon},
		{"start of a container instance", fault.Rule{Call: fault.Start, Sandbox: sandboxes}, bridge(), again, soon},
		{"traffic of a container instance", fault.Rule{Call: fault.SetTraffic}, bridge(), again, soon},
	} {
		t.Run(c.name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				c.rule.Hang, c.rule.Times = true, 1
				b.withFaults(c.rule)
				first := c.run(b)
				var others []string
				for range 3 {
					others = append(others, c.run(b))
				}
				b.settleAfter(c.within)
				for _, id := range others {
					b.expect("another task", b.task(id).Status.LastStatus, state.Running)
				}
				b.stopTask(first)
				b.settleAfter(c.stopped)
				b.expect("the call is one that is made", b.faults.Rules()[0].Used, 1)
				task := b.task(first)
				b.expect("the first task", task.Status.LastStatus, state.Stopped)
				b.expect("its stop code", task.Stop.Code, types.TaskStopCodeUserInitiated)
				b.expect("reason of its container", task.Status.Containers[0].Reason, "")
				b.expect("health", b.agent.Health(""), nil)
				b.expect("calls without an answer", b.agent.Unanswered(""), []string(nil))
				for _, id := range others {
					b.expect("another task later", b.task(id).Status.LastStatus, state.Running)
				}
			})
		})
	}
}

package agent

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAKillWhileTheEngineIsAwayIsNotPutDownToStopTimeout: the agent learns of the end when the grace is long over, and cannot
// tell whether the container was killed before.
func TestAKillWhileTheEngineIsAwayIsNotPutDownToStopTimeout(t *testing.T) {
	for name, c := range map[string]struct{ away, killed bool }{"the engine answers": {false, true}, "the engine is away": {true, false}} {
		t.Run(name, func(t *testing.T) {
			withAgent(t, func(b *bench) {
				b.withFaults()
				web := container("web")
				web.DockerLabels = map[string]string{"ecs-emulator.sim.ignore-term": "true"}
				id := b.run(web)
				b.stopTask(id)
				if c.away {
					b.faults.Leave("the cable is out")
					if err := b.engine.Crash(b.Context(), b.task(id).Status.Containers[0].EngineID); err != nil {
						b.Fatal(err)
					}
					pass(defaultStopTimeout + time.Minute)
					b.faults.Return()
				}
				pass(defaultStopTimeout + time.Minute)
				b.expect("the task", b.task(id).Status.LastStatus, state.Stopped)
				b.expect("its exit code", b.task(id).Status.Containers[0].ExitCode, new(int32(killed)))
				b.expect("killed as its time was over", b.task(id).Status.Containers[0].Ending.Killed, c.killed)
			})
		})
	}
}

package agent

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	seeds = flag.Int("seeds", 300, "how many flaky engines to try")
	seed  = flag.Int("seed", 0, "the only flaky engine to try; 0 is all")
)

// TestWhatAFlakyEngineDoesIsTold has tasks run and stop on an engine that loses
// calls, answers and events, answers late, and is away at times. When it has come to
// its senses, what the store says and what the engine has are the same.
func TestWhatAFlakyEngineDoesIsTold(t *testing.T) {
	first, last := 1, *seeds
	if *seed != 0 {
		first, last = *seed, *seed
	}
	for n := first; n <= last; n++ {
		ok := true
		withAgent(t, func(b *bench) {
			f := &flaky{bench: b, chance: rand.New(rand.NewPCG(uint64(n), 1))}
			f.story(uint64(n))
			ok = !b.Failed()
		})
		if !ok {
			t.Fatalf("with -seed %d", n)
		}
	}
}

type flaky struct {
	*bench
	chance *rand.Rand
	tasks  []string
	starts map[string]int // of containers, by id
}

func (f *flaky) story(seed uint64) {
	f.countStarts()
	f.restartOn(fault.New(f.engine, fault.Options{Seed: seed}))
	f.unsettle()
	for range 2 + f.chance.IntN(6) {
		f.act()
		time.Sleep(time.Duration(f.chance.IntN(5000)) * time.Millisecond)
		synctest.Wait()
	}
	f.calm()
	for _, id := range f.tasks {
		f.check(f.task(id))
	}
	for id, n := range f.starts {
		if n > 1 {
			f.Errorf("container %s was started %d times", id, n)
		}
	}
	f.checkLeftovers()
}

// countStarts listens on the engine itself, which is not flaky.
func (f *flaky) countStarts() {
	f.starts = map[string]int{}
	go f.engine.Watch(f.Context(), nil, func(e backend.Event) {
		if e.Kind == backend.ContainerStarted {
			f.starts[e.ContainerID]++
		}
	})
	synctest.Wait()
}

// unsettle adds rules by chance.
func (f *flaky) unsettle() {
	calls := []fault.Call{
		fault.Any, fault.CreateSandbox, fault.EnsureVolume, fault.Create, fault.Start, fault.Stop, fault.Remove, fault.Inspect, fault.List, fault.Event,
	}
	for range 1 + f.chance.IntN(5) {
		r := fault.Rule{Call: calls[f.chance.IntN(len(calls))], Probability: 0.05 + f.chance.Float64()/3}
		pause := time.Duration(f.chance.IntN(3000)) * time.Millisecond
		switch f.chance.IntN(5) {
		case 0:
			r.LoseCall = true
		case 1:
			r.LoseAnswer = true
		case 2:
			r.Delay = pause + 1
		case 3:
			r.DelayAnswer = pause + 1
		case 4:
			r.DelayAnswer, r.LoseAnswer = pause, true
		}
		if _, err := f.faults.AddRule(r); err != nil {
			f.Fatal(err)
		}
	}
}

// act does one of the things that users and the world do.
func (f *flaky) act() {
	switch f.chance.IntN(10) {
	case 8, 9:
		f.resync()
	case 0:
		f.faults.Leave("flaky")
		time.Sleep(time.Duration(f.chance.IntN(20)) * time.Second)
		f.faults.Return()
	case 1:
		f.restartOn(f.faults)
	case 2:
		if len(f.tasks) > 0 {
			f.stopTask(f.tasks[f.chance.IntN(len(f.tasks))])
		}
	case 3:
		go f.faults.Leave("flaky")
		go f.faults.Return()
	default:
		f.tasks = append(f.tasks, f.anyTask())
	}
}

func (f *flaky) anyTask() string {
	switch f.chance.IntN(7) {
	case 5:
		return f.onFargate(managedVolume(true), container("disk")).ARN
	case 4:
		return f.runDefinition(types.TaskDefinition{
			ContainerDefinitions: []types.ContainerDefinition{mounted("data", container("disk"))}, Volumes: []types.Volume{{Name: aws.String("data")}},
		})
	case 0:
		return f.run(container("job", "exit", "7"))
	case 1:
		return f.run(container("job", "sh", "-c", "sleep 2; exit 7"))
	case 2:
		first := container("first", "exit", "0")
		first.Essential = aws.Bool(false)
		web := container("web")
		web.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("first"), Condition: types.ContainerConditionSuccess}}
		return f.run(web, first)
	case 3:
		return f.run(container("web"), container("sidecar", "ignore-term"))
	default:
		return f.run(container("web"))
	}
}

// calm ends all faults and waits until the agent has found out.
func (f *flaky) calm() {
	for _, r := range f.faults.Rules() {
		f.faults.RemoveRule(r.ID)
	}
	for range 2 {
		f.faults.Leave("the last time")
		time.Sleep(time.Minute)
		f.faults.Return()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
	}
}

func (f *flaky) check(t *state.Task) {
	switch s := t.Status; s.LastStatus {
	case state.Running:
		f.checkRunning(t)
	case state.Stopped:
		for _, c := range s.Containers {
			f.checkStopped(t, c)
		}
	default:
		f.Errorf("task %s stays %s: %+v", t.ARN, s.LastStatus, s)
	}
	job := t.Status.Containers[0].Name == "job"
	switch {
	case t.Stop == nil:
		if job {
			f.Errorf("task %s has exited, and does not stop", t.ARN)
		}
	case t.Stop.Code == types.TaskStopCodeUserInitiated:
	case t.Stop.Code != types.TaskStopCodeEssentialContainerExited || !job:
		f.Errorf("task %s was given up: %s: %s", t.ARN, t.Stop.Code, t.Stop.Reason)
	case aws.ToInt32(t.Status.Containers[0].ExitCode) != 7:
		f.Errorf("the exit code of task %s is lost: %+v", t.ARN, t.Status.Containers[0])
	}
}

func (f *flaky) checkRunning(t *state.Task) {
	s := t.Status
	sandbox, err := f.engine.Inspect(f.Context(), s.SandboxID)
	if err != nil || sandbox.State != backend.Running || sandbox.IP.String() != s.Attachment.PrivateIPv4 || s.Attachment.Status != "ATTACHED" {
		f.Errorf("task %s runs at %+v, but its sandbox is %+v (%v)", t.ARN, s.Attachment, sandbox, err)
	}
	if v := s.Volume; v != (state.VolumeAttachment{}) && v != (state.VolumeAttachment{Status: "ATTACHED", ID: t.Placement.VolumeID}) {
		f.Errorf("task %s runs with %+v", t.ARN, v)
	}
	for _, c := range s.Containers {
		if c.Phase == state.ContainerStopped {
			f.checkStopped(t, c)
			continue
		}
		seen, err := f.engine.Inspect(f.Context(), c.EngineID)
		if err != nil || seen.State != backend.Running || seen.SandboxID != s.SandboxID {
			f.Errorf("container %s of task %s is %s, but on the engine %+v (%v)", c.Name, t.ARN, c.Phase, seen, err)
		}
	}
}

// checkStopped knows the exit codes of all that ends by itself.
func (f *flaky) checkStopped(t *state.Task, c state.Container) {
	want := map[string]int32{"job": 7, "first": 0}
	if code, known := want[c.Name]; known && c.ExitCode != nil && *c.ExitCode != code && !(t.Stop != nil && t.Stop.Code == types.TaskStopCodeUserInitiated) {
		f.Errorf("container %s of task %s has exit code %d, want %d", c.Name, t.ARN, *c.ExitCode, code)
	}
	if seen, err := f.engine.Inspect(f.Context(), c.EngineID); err == nil && seen.State == backend.Running {
		f.Errorf("container %s of task %s is STOPPED, but it runs", c.Name, t.ARN)
	}
}

// checkLeftovers waits until those of stopped tasks are gone.
func (f *flaky) checkLeftovers() {
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	want, volumes := 0, 0
	for _, id := range f.tasks {
		if t := f.task(id); !t.Ended() {
			want += 1 + len(t.Status.Containers)
			if t.Status.Containers[0].Name == "disk" {
				volumes++
			}
		}
	}
	if left, err := f.engine.Volumes(f.Context(), nil); err != nil || len(left) != volumes {
		f.Errorf("volumes %+v are on the engine, want %d (%v)", left, volumes, err)
	}
	list, err := f.engine.List(f.Context(), nil)
	if err != nil || len(list) != want {
		names := ""
		for _, c := range list {
			names += fmt.Sprintf("\n%s %s", c.Name, c.State)
		}
		f.Errorf("%d containers are on the engine, want %d (%v)%s", len(list), want, err, names)
	}
}

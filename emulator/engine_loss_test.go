package emulator_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// onTwo starts an emulator with the engines a and b, and a service of six tasks.
func onTwo(t *testing.T, opts emulator.Options) *world {
	t.Helper()
	opts.Engine = "a=sim,b=sim"
	w := open(t, opts)
	_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web")), DesiredCount: aws.Int32(6),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
	})
	w.must(err)
	w.expectSix()
	return w
}

func (w *world) expectSix() {
	w.Helper()
	w.eventually("six run", func() bool { s := w.service("web"); return s.RunningCount == 6 && s.PendingCount == 0 })
}

// tasksOn are the ARNs of the service's tasks that have not stopped, by engine.
func (w *world) tasksOn() map[string][]string {
	w.Helper()
	out, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	w.must(err)
	on := map[string][]string{}
	slices.Sort(out.TaskArns)
	for _, arn := range out.TaskArns {
		engine := w.srv.EngineOf(arn)
		on[engine] = append(on[engine], arn)
	}
	return on
}

func TestAServiceOutlivesTheLossOfAnEngine(t *testing.T) {
	for _, kind := range []emulator.FaultKind{emulator.EngineAway, emulator.EngineDown} {
		t.Run(string(kind), func(t *testing.T) {
			w := onTwo(t, emulator.Options{Speed: emulator.Still})
			before := w.tasksOn()
			if len(before["a"]) != 3 || len(before["b"]) != 3 {
				t.Fatalf("tasks %v", before)
			}
			id, err := w.srv.Faults().Add(emulator.Fault{Kind: kind, Engine: "b"})
			w.must(err)
			w.must(w.srv.Clock().Advance(5*time.Minute - time.Second))
			if now := w.tasksOn(); !slices.Equal(now["b"], before["b"]) || len(now["a"]) != 3 {
				t.Errorf("before it is lost: %v", now)
			}
			w.must(w.srv.Clock().Advance(29 * time.Second))
			if now := w.tasksOn(); len(now["a"]) != 6 || w.service("web").RunningCount != 6 {
				t.Errorf("once it is lost: %v", now)
			}
			for _, arn := range before["b"] {
				ended := w.task(arn)
				if ended.StopCode != types.TaskStopCodeTerminationNotice || aws.ToString(ended.StoppedReason) != "ecs-emulator: the engine b has not answered for 5m0s." {
					t.Errorf("%s: %s", ended.StopCode, aws.ToString(ended.StoppedReason))
				}
			}
			if d := w.service("web").Deployments[0]; d.FailedTasks != 0 {
				t.Errorf("%d failed tasks", d.FailedTasks)
			}
			w.srv.Faults().Clear(id)
			w.must(w.srv.Clock().Advance(time.Hour))
			left, err := w.srv.Left(t.Context(), "b")
			w.must(err)
			for _, c := range left {
				if c.Sandbox || c.State != backend.Exited { // they go before anything else starts there
					t.Errorf("b has %v still", c)
				}
			}
			w.eventually("nothing of the ended tasks is on b", func() bool { // what has ended goes later, in the background
				left, err := w.srv.Left(t.Context(), "b")
				w.must(err)
				return len(left) == 0
			})
		})
	}
}

func TestAShortCutReplacesNothing(t *testing.T) {
	w := onTwo(t, emulator.Options{Speed: emulator.Still})
	before := w.tasksOn()
	_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, Engine: "b", For: 90 * time.Second})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Hour))
	if now := w.tasksOn(); !slices.Equal(now["a"], before["a"]) || !slices.Equal(now["b"], before["b"]) {
		t.Errorf("tasks %v, before %v", now, before)
	}
}

func TestAnEngineIsLostAsSoonAsTheUserSays(t *testing.T) {
	for after, lost := range map[time.Duration]bool{time.Minute: true, -1: false} {
		w := onTwo(t, emulator.Options{Speed: emulator.Still, EngineLostAfter: after})
		_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, Engine: "b"})
		w.must(err)
		w.must(w.srv.Clock().Advance(time.Hour))
		if now := w.tasksOn(); (len(now["a"]) == 6) != lost || (len(now["b"]) == 3) == lost {
			t.Errorf("after %v: tasks %v", after, now)
		}
	}
}

// TestKillsAndCutsLeaveNothingBehind: some are over before the engine is lost, others are not.
func TestKillsAndCutsLeaveNothingBehind(t *testing.T) {
	w := onTwo(t, emulator.Options{Speed: emulator.Still})
	random := rand.New(rand.NewPCG(47, 0))
	for range 10 {
		kind, engine := emulator.EngineAway, []string{"a", "b"}[random.IntN(2)]
		if random.IntN(2) == 0 {
			kind = emulator.EngineDown
		}
		_, err := w.srv.Faults().Add(emulator.Fault{Kind: kind, Engine: engine, For: time.Duration(10+random.IntN(500)) * time.Second})
		w.must(err)
		w.must(w.srv.Clock().Advance(20 * time.Minute))
		w.expectSix()
	}
	_, err := w.client.DeleteService(w.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Hour))
	for _, engine := range []string{"a", "b"} {
		w.eventually(engine+" has nothing: the clock does not wait for the end of a removal", func() bool {
			left, err := w.srv.Left(t.Context(), engine)
			w.must(err)
			return len(left) == 0
		})
	}
}

func TestAResetWhileAnEngineIsAway(t *testing.T) {
	for _, until := range []time.Duration{2 * time.Minute, 6 * time.Minute} {
		w := onTwo(t, emulator.Options{Speed: emulator.Still})
		_, err := w.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway, Engine: "b"})
		w.must(err)
		w.must(w.srv.Clock().Advance(until))
		w.must(w.srv.Reset())
		w.must(w.srv.Clock().Advance(time.Hour))
		for _, engine := range []string{"a", "b"} {
			left, err := w.srv.Left(t.Context(), engine)
			w.must(err)
			if len(left) > 0 {
				t.Errorf("%s has %v still", engine, left)
			}
		}
	}
}

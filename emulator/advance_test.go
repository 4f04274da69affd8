package emulator_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// neverImpatient fails the test if the clock gave up waiting for what takes real time.
func (w *world) neverImpatient(when string) {
	w.Helper()
	if n := w.srv.Impatient(); n > 0 {
		w.Errorf("%s: the clock has waited in vain %d times", when, n)
	}
}

func TestAdvanceDoesNotWaitForWhatWaitsForTheClock(t *testing.T) {
	t.Parallel()
	w := start(t)
	engine := w.srv.Engine().(*sim.Engine)
	engine.Script("slow-pull", sim.Script{PullDelay: 2 * time.Hour})
	engine.Script("slow-start", sim.Script{StartDelay: 2 * time.Hour})
	var tasks []string
	for _, image := range []string{"slow-pull", "slow-start"} {
		tasks = append(tasks, w.runTask(w.register(image, image)))
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	for _, task := range tasks {
		if status := *w.task(task).LastStatus; status != "PENDING" {
			t.Errorf("after an hour a task is %s", status)
		}
	}
	w.must(w.srv.Clock().Advance(time.Hour + time.Minute))
	for _, task := range tasks {
		if status := *w.task(task).LastStatus; status != "RUNNING" {
			t.Errorf("after two hours a task is %s", status)
		}
	}
	w.neverImpatient("with slow pulls and starts")
}

// To advance a clock on which nothing happens costs nothing.
func TestAnIdleEmulatorHasNoTimers(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.must(w.srv.Clock().Advance(25 * time.Hour))
	if due, ok := w.srv.NextTimer(); ok {
		t.Errorf("an emulator without tasks has a timer at %s, now it is %s", due, w.srv.Clock().Now())
	}
	w.createService("web", w.register("web", "web"), 3)
	w.must(w.srv.Clock().Advance(24*time.Hour + 10*time.Minute))
	if due, _ := w.srv.NextTimer(); due.Sub(w.srv.Clock().Now()) < time.Hour {
		t.Errorf("a service that is steady has a timer at %s, now it is %s", due, w.srv.Clock().Now())
	}
}

func TestAdvanceAfterResets(t *testing.T) {
	t.Parallel()
	w := start(t)
	for range 3 {
		w.createService("web", w.register("web", "web"), 2)
		w.must(w.srv.Clock().Advance(time.Hour))
		w.must(w.srv.Reset())
	}
	w.createService("web", w.register("web", "web"), 2)
	w.must(w.srv.Clock().Advance(time.Hour))
	w.neverImpatient("after resets")
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
	w.must(err)
	if n := out.Services[0].RunningCount; n != 2 {
		t.Errorf("%d tasks run", n)
	}
}

// What clients add meanwhile has no end, and Advance does not wait for it.
func TestAdvanceBesideClientsThatWrite(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition := w.register("web", "web", "exit", "0")
	ctx, cancel := context.WithCancel(w.Context())
	var clients, begun sync.WaitGroup
	for i := range 4 {
		begun.Add(1)
		clients.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if i%2 == 0 {
					w.register(fmt.Sprintf("family-%d-%d", i, n%10), "web")
				} else {
					w.runFew(ctx, definition)
				}
				if n == 0 {
					begun.Done()
				}
			}
		})
	}
	begun.Wait()
	w.must(w.srv.Clock().Advance(time.Hour))
	cancel()
	clients.Wait()
	w.neverImpatient("beside clients that write")
}

// runFew runs some tasks, unless so many are there that even a slow machine is busy with them
// for as long as the clock has patience.
func (w *world) runFew(ctx context.Context, definition string) {
	const enough = 50
	running, err := w.client.ListTasks(ctx, &ecs.ListTasksInput{})
	if err != nil || len(running.TaskArns) >= enough {
		return
	}
	_, _ = w.client.RunTask(ctx, &ecs.RunTaskInput{
		TaskDefinition: &definition, Count: aws.Int32(10), LaunchType: "FARGATE", NetworkConfiguration: network(),
	})
}

func TestResetDuringAStartThatWaitsForTheClock(t *testing.T) {
	w := start(t)
	w.srv.Engine().(*sim.Engine).Script("slow", sim.Script{StartDelay: time.Hour})
	w.runTask(w.register("slow", "slow"))
	w.must(w.srv.Clock().Advance(time.Minute)) // until the start is under way
	began := time.Now()
	w.must(w.srv.Reset())
	if took := time.Since(began); took > 7*time.Second { // it would wait for eight
		t.Errorf("Reset took %v", took)
	}
}

// All that is there when a clock advances has been looked at before it moves, also
// right after the start.
func TestAdvanceRightAfterTheStart(t *testing.T) {
	t.Parallel()
	for range 20 {
		dir := t.TempDir()
		engine := sim.New(sim.Options{})
		opts := emulator.Options{DataDir: dir, Backend: engine}
		srv, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
		w.createService("web", w.register("web", "web"), 1)
		w.must(srv.Close())

		w = start(t, opts)
		w.must(w.srv.Clock().Advance(41 * time.Second))
		out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
		w.must(err)
		if s := out.Services[0]; s.RunningCount != 1 || s.Deployments[0].RolloutState != "COMPLETED" {
			t.Fatalf("41 seconds after the start %d tasks run, and the deployment is %s", s.RunningCount, s.Deployments[0].RolloutState)
		}
	}
}

// A rule that starts a task for each task that stops, where tasks stop at once, has no end. Advance does not wait for it,
// however many timers it goes through, and the log says which rule that is.
func TestAdvanceBesideARuleThatFeedsItself(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	w := start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	definition := w.register("web", "web", "exit", "0")
	cluster, err := w.client.CreateCluster(w.Context(), &ecs.CreateClusterInput{})
	w.must(err)
	w.rule("again", `{"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}`, ebtypes.Target{
		Arn: cluster.Cluster.ClusterArn, RoleArn: aws.String("arn:aws:iam::000000000000:role/events"),
		EcsParameters: &ebtypes.EcsParameters{
			TaskDefinitionArn: &definition, LaunchType: ebtypes.LaunchTypeFargate,
			NetworkConfiguration: &ebtypes.NetworkConfiguration{AwsvpcConfiguration: &ebtypes.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}},
		},
	})
	w.runTask(definition)
	w.must(w.srv.Clock().Advance(time.Hour))
	if n := strings.Count(log.String(), "a rule goes on matching events while the clock stands still"); n != 1 || !strings.Contains(log.String(), "rule=arn:aws:events:us-east-1:000000000000:rule/again") {
		t.Errorf("the log tells it %d times:\n%s", n, log.String())
	}
	_, err = w.eventBridge().DisableRule(w.Context(), &eventbridge.DisableRuleInput{Name: aws.String("again")})
	w.must(err)
	w.must(w.srv.Clock().Advance(2 * time.Hour))
	list, err := w.client.ListTasks(w.Context(), &ecs.ListTasksInput{})
	w.must(err)
	if len(list.TaskArns) > 0 {
		t.Errorf("without the rule %q run", list.TaskArns)
	}
}

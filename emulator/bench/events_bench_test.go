package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// target is the ARN that takes deliveries in this process.
const target = "arn:aws:sqs:us-east-1:000000000000:taken"

// startTaking starts an emulator whose deliveries are taken, with rules for events of tasks, of which so many match.
func startTaking(b *testing.B, o emulator.Options, rules, match int) *world {
	b.Helper()
	o.Engine = "sim"
	o.EventTargetFuncs = map[string]emulator.EventTargetFunc{target: func(context.Context, []byte) error { return nil }}
	w := start(b, o)
	w.register("web")
	for i := range rules {
		group := fmt.Sprintf("service:other-%d", i)
		if i < match {
			group = "family:web"
		}
		const pattern = `{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":[%q]}}`
		w.putRule(fmt.Sprint("rule-", i), fmt.Sprintf(pattern, group))
	}
	return w
}

// putRule puts a rule whose events are taken.
func (w *world) putRule(name, pattern string) {
	w.Helper()
	client := eventbridge.NewFromConfig(w.Config())
	_, err := client.PutRule(w.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern})
	w.must(err)
	_, err = client.PutTargets(w.Context(), &eventbridge.PutTargetsInput{
		Rule: &name, Targets: []ebtypes.Target{{Id: aws.String("taken"), Arn: aws.String(target)}},
	})
	w.must(err)
}

// BenchmarkGoalRunTaskBesideRules runs a hundred tasks a second with 300 rules of which 5 match each event, beside such
// without rules: by turns, so that what else the machine does is in both.
func BenchmarkGoalRunTaskBesideRules(b *testing.B) {
	const each, rounds, pause = 50, 8, 10 * time.Millisecond
	for b.Loop() {
		var took [2][]time.Duration
		worlds := []*world{startTaking(b, emulator.Options{}, 0, 0), startTaking(b, emulator.Options{}, 300, 5)}
		for range rounds {
			for i, w := range worlds {
				for range each {
					began := time.Now()
					w.runTasks(1)
					took[i] = append(took[i], time.Since(began))
					time.Sleep(pause)
				}
				w.must(w.Clock().Advance(time.Minute)) // so that its events are none of the other's
			}
		}
		if sent := worlds[1].sent(); sent < 5*each*rounds {
			b.Fatalf("%d deliveries came of the events of %d tasks", sent, each*rounds)
		}
		b.ReportMetric(percentile(took[1], 50)/percentile(took[0], 50), "ratio≤1.1")
	}
}

// BenchmarkGoalHeapOfEvents is what the heap has more in it after 10,000 events of tasks with 300 rules, less what it has
// more without rules.
func BenchmarkGoalHeapOfEvents(b *testing.B) {
	for b.Loop() {
		var grown [2]float64
		for i, rules := range []int{0, 300} {
			w := startTaking(b, emulator.Options{}, rules, min(rules, 5))
			before := live()
			for range 250 { // tasks of which each has 4 events until it has stopped
				made := w.runTasks(10)
				w.must(w.Clock().Advance(time.Minute))
				for _, t := range made {
					_, err := w.ecs.StopTask(b.Context(), &ecs.StopTaskInput{Task: t.TaskArn})
					w.must(err)
				}
			}
			w.must(w.Clock().Advance(time.Minute))
			if sent := w.sent(); rules > 0 && sent < 50_000 {
				b.Fatalf("%d deliveries came of 10,000 events", sent)
			}
			grown[i] = live() - before
			w.must(w.Close())
		}
		b.ReportMetric((grown[1]-grown[0])/(1<<20), "MiB≤30")
	}
}

// sent is how many deliveries targets have got, once none is pending.
func (w *world) sent() (sent uint64) {
	w.Helper()
	w.until("deliveries to end", func() bool {
		var all struct {
			Rules, Schedules []struct{ Sent uint64 }
			Pending          []struct{}
		}
		w.get("/_emulator/deliveries", &all)
		sent = 0
		for _, source := range slices.Concat(all.Rules, all.Schedules) {
			sent += source.Sent
		}
		return len(all.Pending) == 0
	})
	return sent
}

// get asks for a path of the emulator's own.
func (w *world) get(path string, out any) {
	w.Helper()
	answer, err := http.Get(w.URL() + path)
	w.must(err)
	defer answer.Body.Close()
	w.must(json.NewDecoder(answer.Body).Decode(out))
}

// BenchmarkGoalPutEventsOnDisk is how many calls of PutEvents an emulator with a data directory answers beside one
// without, by turns. One rule matches.
func BenchmarkGoalPutEventsOnDisk(b *testing.B) {
	for b.Loop() {
		worlds := []*world{
			startTaking(b, emulator.Options{}, 0, 0),
			startTaking(b, emulator.Options{DataDir: b.TempDir(), OnExit: emulator.Remove}, 0, 0),
		}
		var answered [2]int64
		for round := range 10 {
			for i, w := range worlds {
				if round == 0 {
					w.putRule("orders", `{"source":["shop"]}`)
				}
				answered[i] += w.putEvents(500 * time.Millisecond)
			}
		}
		for i, w := range worlds {
			if sent := w.sent(); sent < uint64(answered[i]) {
				b.Fatalf("%d deliveries came of %d events", sent, answered[i])
			}
		}
		b.ReportMetric(float64(answered[1])/float64(answered[0]), "ratio≥0.5")
	}
}

// putEvents is how many calls 16 clients get answered in a time.
func (w *world) putEvents(d time.Duration) int64 {
	client, began := eventbridge.NewFromConfig(w.Config()), time.Now()
	var running sync.WaitGroup
	var calls atomic.Int64
	for range 16 {
		running.Go(func() {
			for time.Since(began) < d {
				if _, err := client.PutEvents(w.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{
					{Source: aws.String("shop"), DetailType: aws.String("Order"), Detail: aws.String(`{"n":1}`)},
				}}); err != nil {
					w.Error(err)
					return
				}
				calls.Add(1)
			}
		})
	}
	running.Wait()
	return calls.Load()
}

// schedule makes a schedule whose target is ECS or takes its deliveries.
func (w *world) schedule(client *scheduler.Client, name, expression string, to *schedulertypes.Target) {
	w.Helper()
	to.RoleArn = aws.String("arn:aws:iam::000000000000:role/scheduler")
	_, err := client.CreateSchedule(w.Context(), &scheduler.CreateScheduleInput{
		Name: &name, ScheduleExpression: &expression, Target: to,
		FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
	})
	w.must(err)
}

// BenchmarkGoalYear is how long the clock takes for a year in which a schedule starts a task of a minute each hour.
func BenchmarkGoalYear(b *testing.B) {
	const hours, account = 365 * 24, "arn:aws:ecs:us-east-1:000000000000:"
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.register("job", func(in *ecs.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].DockerLabels = map[string]string{"ecs-emulator.sim.run-for": "1m"}
		})
		_, err := w.ecs.CreateCluster(b.Context(), &ecs.CreateClusterInput{})
		w.must(err)
		w.schedule(scheduler.NewFromConfig(w.Config()), "hourly", "rate(1 hour)", &schedulertypes.Target{
			Arn: aws.String(account + "cluster/default"), EcsParameters: &schedulertypes.EcsParameters{
				TaskDefinitionArn: aws.String(account + "task-definition/job"), LaunchType: schedulertypes.LaunchTypeFargate,
				NetworkConfiguration: &schedulertypes.NetworkConfiguration{
					AwsvpcConfiguration: &schedulertypes.AwsVpcConfiguration{Subnets: w.Subnets()[:1]},
				},
			},
		})
		began := time.Now()
		w.must(w.Clock().Advance(hours*time.Hour + 2*time.Minute))
		took := time.Since(began)
		if started := w.sent(); started != hours && started != hours+1 { // it is due at once as well
			b.Fatalf("%d tasks were started in a year of %d hours", started, hours)
		}
		b.ReportMetric(took.Seconds(), "s≤10")
	}
}

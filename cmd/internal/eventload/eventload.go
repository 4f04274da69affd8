// Package eventload measures what rules and schedules cost: events against rules, PutEvents, schedules that wait.
package eventload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Case is a figure. Run is called in a process of its own.
type Case struct {
	Name    string
	Unit    string // of the figure, behind a blank; empty: it is a ratio
	Limit   float64
	AtLeast bool // the limit is the least that the figure may be, else the most
	Run     func(ctx context.Context) (float64, error)
}

var Cases = []Case{
	{Name: "an event against 100 rules of which 5 match", Unit: " µs", Limit: 20, Run: matchOne},
	{Name: "RunTask 100 times a second, p50, 300 rules beside none", Limit: 1.1, Run: runTaskBeside},
	{Name: "heap for 10,000 events and 300 rules", Unit: " MiB", Limit: 30, Run: weighEvents},
	{Name: "PutEvents with a data directory beside none", Limit: 0.5, AtLeast: true, Run: putEventsBeside},
	{Name: "10,000 schedules that wait", Unit: " % of a core", Limit: 0.5, Run: idleSchedules},
	{Name: "a year of an hourly schedule, 8,760 tasks of a minute", Unit: " s", Limit: 10, Run: year},
}

// Print prints the figure of the case that its argument names, a role of cmd/bench.
func Print(args []string) error {
	for _, c := range Cases {
		if len(args) == 1 && c.Name == args[0] {
			figure, err := c.Run(context.Background())
			if err == nil {
				fmt.Println(figure)
			}
			return err
		}
	}
	return fmt.Errorf("events: none of the cases is %q", args)
}

// target is the ARN that takes deliveries in this process.
const target = "arn:aws:sqs:us-east-1:000000000000:taken"

// world is an emulator whose deliveries are taken.
type world struct {
	*emulator.Server
	client *ecs.Client
	rules  *eventbridge.Client
}

func start(o emulator.Options) (*world, error) {
	o.Engine = "sim"
	o.EventTargetFuncs = map[string]emulator.EventTargetFunc{target: func(context.Context, []byte) error { return nil }}
	srv, err := emulator.New(o)
	if err != nil {
		return nil, err
	}
	return &world{srv, ecs.NewFromConfig(srv.Config()), eventbridge.NewFromConfig(srv.Config())}, nil
}

// with runs f with an emulator in this process.
func with(o emulator.Options, f func(w *world) error) (err error) {
	w, err := start(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return f(w)
}

// putRule puts a rule whose events are taken.
func (w *world) putRule(ctx context.Context, name, pattern string) error {
	if _, err := w.rules.PutRule(ctx, &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern}); err != nil {
		return err
	}
	_, err := w.rules.PutTargets(ctx, &eventbridge.PutTargetsInput{
		Rule: &name, Targets: []ebtypes.Target{{Id: aws.String("taken"), Arn: aws.String(target)}},
	})
	return err
}

// putRules puts rules for events of tasks, of which so many match.
func (w *world) putRules(ctx context.Context, rules, match int) error {
	for i := range rules {
		group := fmt.Sprintf("service:other-%d", i)
		if i < match {
			group = "family:web"
		}
		pattern := fmt.Sprintf(`{"source":["aws.ecs"],"detail-type":["ECS Task State Change"],"detail":{"group":[%q]}}`, group)
		if err := w.putRule(ctx, fmt.Sprintf("rule-%d", i), pattern); err != nil {
			return err
		}
	}
	return nil
}

// register registers the definition that tasks are of.
func (w *world) register(ctx context.Context) error {
	_, err := w.client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	return err
}

func (w *world) runTasks(ctx context.Context, n int32) (*ecs.RunTaskOutput, error) {
	return w.client.RunTask(ctx, &ecs.RunTaskInput{
		TaskDefinition: aws.String("web"), Count: &n, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
}

// sent is how many deliveries targets have got, once none is pending.
func (w *world) sent(ctx context.Context) (sent uint64, err error) {
	for {
		var all struct {
			Rules, Schedules []struct{ Sent uint64 }
			Pending          []struct{}
		}
		if err := w.ask(ctx, "deliveries", &all); err != nil {
			return 0, err
		}
		if len(all.Pending) > 0 {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		for _, source := range slices.Concat(all.Rules, all.Schedules) {
			sent += source.Sent
		}
		return sent, nil
	}
}

func (w *world) ask(ctx context.Context, path string, answer any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL()+"/_emulator/"+path, nil)
	if err != nil {
		return err
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = got.Body.Close() }()
	return json.NewDecoder(got.Body).Decode(answer)
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
)

// flaky is a server that fails a third of its calls, and notes which events it has got in the others.
type flaky struct {
	mu        sync.Mutex
	orders    map[string]bool            // of PutEvents, by their numbers
	scheduled map[string]map[string]bool // the ids of Scheduled Events by their times
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || rand.IntN(3) == 0 {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	var event struct {
		ID, Time string
		Detail   struct{ N string }
	}
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if event.Detail.N != "" {
		f.orders[event.Detail.N] = true
		return
	}
	if f.scheduled[event.Time] == nil {
		f.scheduled[event.Time] = map[string]bool{}
	}
	f.scheduled[event.Time][event.ID] = true
}

func (p *process) eventBridge() *eventbridge.Client {
	o := p.client.Options()
	return eventbridge.New(eventbridge.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, RetryMaxAttempts: 1})
}

// deliveryRules make each event of the source shop a call of the server and a task, and have one a minute besides.
func (p *process) deliveryRules(target string) {
	p.Helper()
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("order"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	p.must(err)
	for name, rule := range map[string]eventbridge.PutRuleInput{
		"orders":   {EventPattern: aws.String(`{"source":["shop"]}`)},
		"starts":   {EventPattern: aws.String(`{"source":["shop"],"detail-type":["Start"]}`)},
		"schedule": {ScheduleExpression: aws.String("rate(1 minute)")},
	} {
		rule.Name = &name
		_, err := p.eventBridge().PutRule(p.Context(), &rule)
		p.must(err)
		t := ebtypes.Target{Id: aws.String("t"), Arn: &target}
		if name == "starts" {
			t.Arn, t.RoleArn = aws.String("arn:aws:ecs:us-east-1:000000000000:cluster/default"), aws.String("arn:aws:iam::000000000000:role/events")
			t.EcsParameters = &ebtypes.EcsParameters{
				TaskDefinitionArn: definition.TaskDefinition.TaskDefinitionArn, LaunchType: ebtypes.LaunchTypeFargate,
				NetworkConfiguration: &ebtypes.NetworkConfiguration{AwsvpcConfiguration: &ebtypes.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
			}
			t.InputTransformer = &ebtypes.InputTransformer{
				InputPathsMap: map[string]string{"n": "$.detail.n"},
				InputTemplate: aws.String(`{"containerOverrides":[{"name":"app","environment":[{"name":"N","value":<n>}]}]}`),
			}
		}
		out, err := p.eventBridge().PutTargets(p.Context(), &eventbridge.PutTargetsInput{Rule: &name, Targets: []ebtypes.Target{t}})
		p.must(err)
		if out.FailedEntryCount != 0 {
			p.Fatalf("%s: %+v", name, out.FailedEntries)
		}
	}
}

// orders puts events, 200 a second, until ctx ends, one in twenty of which starts a task. accepted are those that were
// answered; of the last ones nothing is known.
func (p *process) orders(ctx context.Context, first int) (next int, accepted []string) {
	client := p.eventBridge()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for ; ctx.Err() == nil; first += 10 {
		var entries []ebtypes.PutEventsRequestEntry
		for n := first; n < first+10; n++ {
			detailType := "Order"
			if startsTask(fmt.Sprint(n)) {
				detailType = "Start"
			}
			entries = append(entries, ebtypes.PutEventsRequestEntry{
				Source: aws.String("shop"), DetailType: &detailType, Detail: aws.String(fmt.Sprintf(`{"n":"%d"}`, n)),
			})
		}
		out, err := client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err == nil && out.FailedEntryCount == 0 {
			for n := first; n < first+10; n++ {
				accepted = append(accepted, fmt.Sprint(n))
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	return first, accepted
}

// startsTask reports whether an order is one of the one in twenty.
func startsTask(order string) bool {
	n, err := strconv.Atoi(order)
	return err == nil && n%20 == 0
}

// deliveries is what /_emulator/deliveries tells.
func (p *process) deliveries() (all delivery.Report) {
	p.Helper()
	p.must(askJSON(p.Context(), http.MethodGet, *p.client.Options().BaseEndpoint, "deliveries", nil, &all))
	return all
}

// startedByOrders counts the tasks that the rule has started by the number of their order.
func (p *process) startedByOrders() map[string]int {
	p.Helper()
	counts := map[string]int{}
	for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		pages := ecs.NewListTasksPaginator(p.client, &ecs.ListTasksInput{DesiredStatus: status})
		for pages.HasMorePages() {
			page, err := pages.NextPage(p.Context())
			p.must(err)
			if len(page.TaskArns) == 0 {
				continue
			}
			out, err := p.client.DescribeTasks(p.Context(), &ecs.DescribeTasksInput{Tasks: page.TaskArns})
			p.must(err)
			for _, t := range out.Tasks {
				counts[*t.Overrides.ContainerOverrides[0].Environment[0].Value]++
			}
		}
	}
	return counts
}

// The emulator is killed 50 times, each time somewhere in the middle of 200 events a second, for a server that fails a
// third of its calls. Each event reaches the server, each of those that start a task starts one, and a schedule is due
// once at each of its times.
func TestDeliveriesSurviveKills(t *testing.T) {
	t.Parallel()
	kills := 50
	if testing.Short() {
		kills = 5
	}
	server := &flaky{orders: map[string]bool{}, scheduled: map[string]map[string]bool{}}
	listening := httptest.NewServer(server)
	defer listening.Close()
	const target = "arn:aws:sqs:us-east-1:000000000000:orders"
	args := []string{
		"--engine", "sim", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "error", "--speed", "20",
		"--event-target", target + "=" + listening.URL,
	}
	p := startServe(t, args...)
	p.deliveryRules(target)
	var accepted []string
	next := 0
	for range kills {
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan []string)
		go func() {
			n, list := p.orders(ctx, next)
			next = n
			over <- list
		}()
		point := time.NewTimer(time.Duration(50+rand.IntN(400)) * time.Millisecond)
		<-point.C
		p.kill()
		cancel()
		accepted = append(accepted, <-over...)
		p = startServe(t, args...)
	}
	p.eventually("the schedule is due", func() bool {
		server.mu.Lock()
		defer server.mu.Unlock()
		return len(server.scheduled) > 0
	})
	p.eventually("nothing is pending", func() bool { return len(p.deliveries().Pending) == 0 })
	if d := p.deliveries(); len(d.DeadLetters) > 0 {
		t.Errorf("given up: %+v", d.DeadLetters)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	tasks := p.startedByOrders()
	for n, count := range tasks {
		if count != 1 {
			t.Errorf("order %s has started %d tasks", n, count)
		}
	}
	starts := 0
	for _, n := range accepted {
		if !server.orders[n] {
			t.Errorf("order %s has not arrived", n)
		}
		if startsTask(n) {
			if starts++; tasks[n] == 0 {
				t.Errorf("order %s has started no task", n)
			}
		}
	}
	if starts < kills/2 || len(accepted) < 10*kills {
		t.Errorf("%d orders, %d starts: the kills left no room", len(accepted), starts)
	}
	for at, ids := range server.scheduled {
		if len(ids) != 1 {
			t.Errorf("the schedule was due %d times at %s", len(ids), at)
		}
	}
	t.Logf("%d orders, %d starts, %d times of the schedule, %d kills", len(accepted), starts, len(server.scheduled), kills)
}

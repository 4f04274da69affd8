package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const jobTarget = "arn:aws:lambda:us-east-1:000000000000:function:job"

// call is one of a target: what it got, and when by the emulator's clock.
type call struct {
	at   time.Time
	body string
}

// calls has the target of jobs remember its calls.
func calls(srv *emulator.Server) func() []call {
	var mu sync.Mutex
	var all []call
	srv.OnEventTarget(jobTarget, func(_ context.Context, body []byte) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, call{srv.Clock().Now().UTC(), string(body)})
		return nil
	})
	return func() []call {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

func schedule(t *testing.T, srv *emulator.Server, name, expression string, change ...func(*scheduler.CreateScheduleInput)) {
	t.Helper()
	in := &scheduler.CreateScheduleInput{
		Name: &name, ScheduleExpression: &expression, FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target: &types.Target{Arn: aws.String(jobTarget), RoleArn: aws.String("arn:aws:iam::000000000000:role/scheduler")},
	}
	for _, f := range change {
		f(in)
	}
	if _, err := scheduler.NewFromConfig(srv.Config()).CreateSchedule(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// Where in its window a schedule is due follows from its name and its due time, so it is the same in each run.
func TestFlexibleWindowsAreTheSameInEachRun(t *testing.T) {
	t.Parallel()
	run := func() (at []string) {
		srv := emulator.Start(t)
		all := calls(srv)
		for _, name := range []string{"a", "b", "c"} {
			schedule(t, srv, name, "cron(0 12 1 1 ? *)", func(in *scheduler.CreateScheduleInput) {
				in.FlexibleTimeWindow = &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeFlexible, MaximumWindowInMinutes: aws.Int32(600)}
				in.Target.Input = aws.String(`"` + name + `"`)
			})
		}
		if err := srv.Clock().Advance(367 * 24 * time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, c := range all() {
			due := time.Date(c.at.Year(), 1, 1, 12, 0, 0, 0, time.UTC)
			if c.at.Before(due) || c.at.After(due.Add(601*time.Minute)) {
				t.Errorf("%s is called at %v, outside of its window", c.body, c.at)
			}
			at = append(at, c.body+" "+c.at.Truncate(time.Minute).Format(time.RFC3339))
		}
		slices.Sort(at)
		return at
	}
	first, second := run(), run()
	if len(first) < 3 || !slices.Equal(first[:3], second[:3]) {
		t.Errorf("called at\n%q in one run, at\n%q in another", first, second)
	}
	times := map[string]bool{}
	for _, each := range first {
		times[each[len(`"a" `):]] = true
	}
	if len(times) < 2 {
		t.Errorf("all schedules have the same place in their windows: %q", first)
	}
}

// Without an input a target gets a notification of AWS (EVS0007).
func TestScheduleWithoutInput(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t)
	all := calls(srv)
	schedule(t, srv, "nightly", "cron(0 3 * * ? *)")
	if err := srv.Clock().Advance(24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	got := all()
	if len(got) != 1 {
		t.Fatalf("%d calls in a day: %v", len(got), got)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(got[0].body), &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "account": "000000000000", "region": "us-east-1", "detail": "{}",
		"time": got[0].at.Truncate(time.Hour).Format(time.RFC3339), "resources": []any{"arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly"},
	}
	delete(body, "id")
	if fmt.Sprint(body) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", body, want)
	}
}

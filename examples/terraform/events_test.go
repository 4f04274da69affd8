package terraform

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestEvents has a rule and a schedule start tasks by the clock, and a rule tell a queue of those that stop. The modules
// rules and schedules are imported and change more of it.
func TestEvents(t *testing.T) {
	t.Parallel()
	asRoot(t, runEvents)
}

func runEvents(t *testing.T, by *caller) {
	const queue = "arn:aws:sqs:us-east-1:000000000000:stopped"
	var told atomic.Int64
	srv := by.start(t, emulator.Options{EventTargetFuncs: map[string]emulator.EventTargetFunc{
		queue: func(_ context.Context, body []byte) error {
			var message struct{ Task, Because string }
			if err := json.Unmarshal(body, &message); err != nil || !strings.Contains(message.Task, ":task/jobs/") || message.Because != "EssentialContainerExited" {
				t.Errorf("the queue gets %s, %v", body, err)
			}
			told.Add(1)
			return nil
		},
	}})
	p := newProject(t, srv, os.DirFS(modulesFolder+"/events"))
	p.attach()

	if first := p.change("apply"); first != (changes{Add: 17}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()

	if second := p.change("apply", "-var=rate=rate(10 minutes)"); second != (changes{Change: 1}) {
		t.Errorf("the apply of a change made %+v", second)
	}

	// A day has 144 times ten minutes, and one half past two in Berlin. The last task ends a minute after its start.
	if err := srv.Clock().Advance(24*time.Hour + 5*time.Minute); err != nil {
		t.Fatal(err)
	}
	if n := told.Load(); n < 145 || n > 146 {
		t.Errorf("the queue has been told of %d tasks", n)
	}
	nothingRuns(t, ecs.NewFromConfig(srv.Config()))

	if last := p.change("destroy", "-var=rate=rate(10 minutes)"); last != (changes{Remove: 17}) {
		t.Errorf("destroy made %+v", last)
	}
	nothingLeft(t, ecs.NewFromConfig(srv.Config()))
	rules, err := eventbridge.NewFromConfig(srv.Config()).ListRules(t.Context(), &eventbridge.ListRulesInput{})
	if err != nil || len(rules.Rules) > 0 {
		t.Errorf("rules are left: %+v, %v", rules, err)
	}
	buses, err := eventbridge.NewFromConfig(srv.Config()).ListEventBuses(t.Context(), &eventbridge.ListEventBusesInput{})
	if err != nil || len(buses.EventBuses) != 1 {
		t.Errorf("the buses are %+v, %v", buses, err)
	}
	groups, err := scheduler.NewFromConfig(srv.Config()).ListScheduleGroups(t.Context(), &scheduler.ListScheduleGroupsInput{})
	if err != nil || len(groups.ScheduleGroups) != 1 {
		t.Errorf("the schedule groups are %+v, %v", groups, err)
	}
}

// nothingRuns checks that the tasks of the last hour have ended.
func nothingRuns(t *testing.T, client *ecs.Client) {
	t.Helper()
	running, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("jobs")})
	if err != nil || len(running.TaskArns) > 0 {
		t.Errorf("tasks run: %+v, %v", running, err)
	}
	stopped, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("jobs"), DesiredStatus: types.DesiredStatusStopped})
	if err != nil || len(stopped.TaskArns) < 5 {
		t.Errorf("of an hour: %+v, %v", stopped, err)
	}
}

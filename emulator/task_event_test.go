package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// taskEvent is the part of an event that says where a task is in its life.
type taskEvent struct {
	Version                                                                    int
	TaskArn, LastStatus, DesiredStatus, StopCode                               string
	CreatedAt, StartedAt, StoppingAt, ExecutionStoppedAt, StoppedAt, UpdatedAt time.Time
}

// events are the events of a task, in the order in which they are kept.
func (w *world) events(task string) (list []taskEvent) {
	w.Helper()
	_, bodies := w.srv.KeptEvents()
	for _, body := range bodies {
		var event struct{ Detail taskEvent }
		w.must(json.Unmarshal(body, &event))
		if event.Detail.TaskArn == task {
			list = append(list, event.Detail)
		}
	}
	return list
}

// expectLife compares the events of a task with a line for each.
func (w *world) expectLife(events []taskEvent, want ...string) {
	w.Helper()
	var got []string
	for _, e := range events {
		line := fmt.Sprint(e.Version, " ", e.LastStatus, " ", e.DesiredStatus)
		if e.StopCode != "" {
			line += " " + e.StopCode
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		w.Errorf("events\n%q, want\n%q", got, want)
	}
}

func TestEventsOfATaskThatEndsByItself(t *testing.T) {
	t.Parallel()
	w := start(t)
	id := w.runTask(w.register("job", "app", "exit", "3"))
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	events := w.events(id)
	w.expectLife(events,
		"1 PROVISIONING RUNNING", "2 PENDING RUNNING", "3 RUNNING RUNNING",
		"4 DEPROVISIONING STOPPED EssentialContainerExited", "5 STOPPED STOPPED EssentialContainerExited")
	if t.Failed() {
		return
	}
	for version, at := range map[int]time.Time{
		1: events[0].CreatedAt, 3: events[2].StartedAt, 4: events[3].StoppingAt, 5: events[4].StoppedAt,
	} {
		if got := events[version-1].UpdatedAt; !got.Equal(at) || at.IsZero() {
			t.Errorf("version %d was updated at %v, want %v", version, got, at)
		}
	}
	if e := events[1]; !e.StartedAt.IsZero() || !e.StoppingAt.IsZero() {
		t.Errorf("version 2 knows what came later: %+v", e)
	}
}

func TestEventsOfATaskThatIsStopped(t *testing.T) {
	t.Parallel()
	w := start(t)
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &id, Reason: aws.String("enough")})
	w.must(err)
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	events := w.events(id)
	w.expectLife(events,
		"1 PROVISIONING RUNNING", "2 PENDING RUNNING", "3 RUNNING RUNNING", "4 RUNNING STOPPED UserInitiated",
		"5 DEPROVISIONING STOPPED UserInitiated", "6 STOPPED STOPPED UserInitiated")
	if !t.Failed() && !events[3].UpdatedAt.Equal(events[3].StoppingAt) {
		t.Errorf("the stop is an event of %v, not of %v", events[3].UpdatedAt, events[3].StoppingAt)
	}
}

func TestEventsOfATaskThatCannotStart(t *testing.T) {
	t.Parallel()
	w := start(t)
	id := w.runTask(w.register("bad", "missing/app"))
	w.eventually("it has stopped", func() bool { return *w.task(id).LastStatus == "STOPPED" })
	events := w.events(id)
	last := events[len(events)-1]
	if last.LastStatus != "STOPPED" || last.StopCode != string(types.TaskStopCodeTaskFailedToStart) || !last.StartedAt.IsZero() {
		t.Errorf("the last event is %+v", last)
	}
	for i, e := range events {
		if e.Version != i+1 {
			t.Errorf("event %d has version %d", i, e.Version)
		}
	}
}

func TestEventsSurviveARestartAndTheirNumbersAReset(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir()}
	srv, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	id := w.runTask(w.register("web", "app"))
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	before, bodies := srv.KeptEvents()
	w.must(srv.Close())

	w = start(t, opts)
	after, again := w.srv.KeptEvents()
	if len(after) != len(before) || len(after) != 3 {
		t.Fatalf("%d events, and %d after a restart", len(before), len(after))
	}
	for i := range after {
		if after[i].Sequence != before[i].Sequence || string(again[i]) != string(bodies[i]) {
			t.Errorf("event %d was\n%s\nand is\n%s", before[i].Sequence, bodies[i], again[i])
		}
	}
	w.must(w.srv.Reset())
	if left, _ := w.srv.KeptEvents(); len(left) != 0 {
		t.Errorf("%d events are left of a reset", len(left))
	}
	w.runTask(w.register("web", "app"))
	next, _ := w.srv.KeptEvents()
	if len(next) == 0 || next[0].Sequence <= after[2].Sequence {
		t.Errorf("after a reset the events are %+v", next)
	}
}

func TestEventsAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.must(w.srv.Clock().SetSpeed(0))
	w.runTask(w.register("job", "app", "exit", "0"))
	w.must(w.srv.Clock().Advance(23 * time.Hour))
	if events, _ := w.srv.KeptEvents(); len(events) != 5 {
		t.Errorf("%d events after 23 hours", len(events))
	}
	w.must(w.srv.Clock().Advance(2 * time.Hour))
	if events, _ := w.srv.KeptEvents(); len(events) != 0 {
		t.Errorf("%d events after 25 hours", len(events))
	}
}

// Requests that are being answered have two seconds to end.
func TestFollowersDoNotHoldUpClose(t *testing.T) {
	t.Parallel()
	srv, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(srv.URL() + "/_emulator/events?follow=true")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	// One that is cut off after that time gets an error.
	if rest, err := io.ReadAll(response.Body); len(rest) != 0 || err != nil {
		t.Errorf("the follower gets %q, %v", rest, err)
	}
}

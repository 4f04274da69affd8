package activity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Feed tells one reader what happens in a store. It has the tasks, container instances, lifecycle
// hooks and lifecycle actions from the events that the store keeps, the rest from rows.
type Feed struct {
	store   *store.Store
	journal *Journal
	now     func() time.Time

	// What the reader has been told of, by ARN.
	told struct {
		tasks       map[string]*state.Task // that have not ended
		instances   map[string]*state.ContainerInstance
		services    map[string][]types.ServiceEvent
		deployments map[string]*state.ServiceDeployment
		current     map[string]*state.Task // whose health and targets can be told
	}
	scopes              scopes // in which something was, as far as the reader knows
	sequence            uint64 // of the last event
	notes               int    // of the journal
	eventCame, noteCame <-chan struct{}
}

// NewFeed returns the feed of a store and of what the journal has beside it. now is the emulator's
// clock.
func NewFeed(rows *store.Store, journal *Journal, now func() time.Time) *Feed {
	f := &Feed{store: rows, journal: journal, now: now}
	f.told.tasks, f.told.instances = map[string]*state.Task{}, map[string]*state.ContainerInstance{}
	f.told.services, f.told.deployments = map[string][]types.ServiceEvent{}, map[string]*state.ServiceDeployment{}
	f.told.current = map[string]*state.Task{}
	f.scopes = scopes{}
	return f
}

// Kept returns the lines of what has happened so far, as far as it is known: at most a day of it.
func (f *Feed) Kept() []Line {
	changed, tx := map[string]bool{}, f.store.Read()
	for _, s := range state.AllServices(tx) {
		changed[s.ARN] = true
	}
	var health []Line
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() {
			f.told.current[t.ARN] = t // no row says since when its targets are as they are
			health = append(health, f.scopes.of(t.ARN, Health(nil, t))...)
		}
	}
	lines := append(f.news(changed), health...)
	sorting.By(lines, byTime)
	horizon := f.now().Add(-outbox.Keep)
	return f.scopes.name(slices.DeleteFunc(lines, func(l Line) bool { return l.At.Before(horizon) }))
}

// Follow tells the lines of what happens after Kept until ctx ends or tell fails.
func (f *Feed) Follow(ctx context.Context, tell func([]Line) error) error {
	watch := state.WatchActivity(f.store)
	defer watch.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	woken := make(chan string)
	go func() {
		for {
			arn, err := watch.Next(ctx)
			if err != nil {
				return
			}
			watch.Done(arn)
			select {
			case woken <- arn:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		changed := map[string]bool{}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.eventCame:
		case <-f.noteCame:
		case arn := <-woken:
			changed[arn] = true
		}
		if lines := f.news(changed); len(lines) > 0 {
			if err := tell(f.scopes.name(lines)); err != nil {
				return err
			}
		}
	}
}

// news are the lines that have not been told yet: of events, of the journal, and of the services and
// tasks that have changed. Lines of the same time have services before their tasks.
func (f *Feed) news(changed map[string]bool) (lines []Line) {
	fromEvents := f.newEvents(changed)
	tx := f.store.Read()
	for arn := range changed {
		if strings.Contains(arn, ":task/") {
			fromEvents = append(fromEvents, f.scopes.of(arn, f.newOfTask(tx, arn))...)
			continue
		}
		lines = append(lines, f.scopes.of(arn, f.newOfService(tx, arn))...)
	}
	lines = append(lines, fromEvents...)
	notes, written, noteCame := f.journal.since(f.notes)
	f.notes, f.noteCame = written, noteCame
	lines = append(lines, notes...)
	sorting.By(lines, byTime)
	return lines
}

func byTime(a, b Line) int { return a.At.Compare(b.At) }

// newEvents are the lines of events; the services of their tasks are changed, too.
func (f *Feed) newEvents(changed map[string]bool) (lines []Line) {
	events, oldest, came := outbox.Since(f.store, f.sequence)
	if f.sequence > 0 && oldest > f.sequence+1 {
		lines = append(lines, Line{At: f.now(), Tone: Warning, Text: fmt.Sprintf("%d events are not kept any more and left out", oldest-f.sequence-1)})
	}
	f.sequence, f.eventCame = max(f.sequence, oldest-1), came
	for _, e := range events {
		f.sequence = e.Sequence
		switch c := e.Value.Value().(type) {
		case *state.InstanceChange:
			instance := c.ContainerInstance
			lines = append(lines, f.scopes.of(instance.ARN, ContainerInstance(f.told.instances[instance.ARN], instance, e.At))...)
			f.told.instances[instance.ARN] = instance
		case *state.HookChange:
			lines = append(lines, f.scopes.of(c.ServiceARN, LifecycleHook(c, e.At))...)
		case *autoscaling.LifecycleChange:
			lines = append(lines, f.scopes.of(c.GroupARN, LifecycleAction(c, e.At))...)
		case *ec2.SpotNotice:
			lines = append(lines, f.scopes.of(c.InstanceARN, SpotNotice(c, e.At))...)
		case *cloudwatch.AlarmChange:
			lines = append(lines, f.scopes.of(c.AlarmARN, Alarm(c, e.At))...)
		case *cloudformation.StatusChange:
			lines = append(lines, f.scopes.of(c.StackID, Stack(c, e.At))...)
		case *state.Task:
			lines = append(lines, f.scopes.of(c.ARN, Task(f.told.tasks[c.ARN], c, e.At))...)
			if f.told.tasks[c.ARN] = c; c.Ended() {
				delete(f.told.tasks, c.ARN)
			}
			if c.Spec.ServiceARN != "" {
				changed[c.Spec.ServiceARN] = true
			}
		}
	}
	return lines
}

// newOfService are the lines of a service's events and deployments.
func (f *Feed) newOfService(tx *store.Tx, arn string) (lines []Line) {
	for _, d := range state.ServiceDeployments(tx, arn) {
		brings := ""
		if revision := state.FindServiceRevision(tx, d.Target.ARN); revision != nil {
			brings = revision.TaskDefinition
		}
		lines = append(lines, ServiceDeployment(f.told.deployments[d.ARN], d, brings)...)
		f.told.deployments[d.ARN] = d
	}
	events := state.FindServiceEvents(tx, arn)
	lines = append(lines, ServiceEvents(arn, f.told.services[arn], events)...)
	f.told.services[arn] = events
	return lines
}

// newOfTask are the lines of a task's health and targets, which no event tells.
func (f *Feed) newOfTask(tx *store.Tx, arn string) []Line {
	t := state.FindTask(tx, arn)
	if t == nil || t.Ended() {
		delete(f.told.current, arn)
		return nil
	}
	before := f.told.current[arn]
	f.told.current[arn] = t
	lines := Health(before, t)
	for i := range lines {
		if lines[i].At.IsZero() { // no container alone has that health
			lines[i].At = f.now()
		}
	}
	return append(lines, Targets(before, t, f.now())...)
}

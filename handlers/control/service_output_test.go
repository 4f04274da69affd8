package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// outputWorld is a store with services and the output of their tasks: each writes its id, and goes on
// until its container stops.
type outputWorld struct {
	*eventsWorld
	stops map[string]chan struct{} // by id of the task
	fails chan struct{}            // closed when the engine fails
}

func newOutputWorld(t *testing.T) *outputWorld {
	w := &outputWorld{&eventsWorld{T: t, store: newStore(t)}, map[string]chan struct{}{}, make(chan struct{})}
	w.handler = control.Handler(control.Options{Store: w.store, Log: slog.New(slog.DiscardHandler), Clock: fixedClock{}, Logs: w.logs})
	return w
}

func (w *outputWorld) logs(ctx context.Context, taskARN, container string, o backend.LogOptions) error {
	id := arn.Name(taskARN)
	if strings.HasPrefix(id, "gone") {
		return &backend.NotFoundError{Kind: backend.KindContainer, Err: fmt.Errorf("no such container")}
	}
	for n, at := range []int64{1, 3} {
		if o.Tail == 1 && n == 0 {
			continue
		}
		if err := o.Write(time.Unix(at+int64(len(container)), 0), false, fmt.Sprintf("%s says %d", id, n+1)); err != nil {
			return err
		}
	}
	if !o.Follow {
		return nil
	}
	select {
	case <-w.stops[id]:
		return nil
	case <-w.fails:
		return errors.New("the engine\nis away")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *outputWorld) update(change func(tx *store.Tx)) {
	w.Helper()
	if err := w.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		w.Fatal(err)
	}
}

func (w *outputWorld) service(cluster, name string) *state.Service {
	s := &state.Service{ARN: scope.Service(cluster, name), Name: name, ClusterARN: scope.Cluster(cluster), Deployments: []*state.Deployment{{
		Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{ARN: scope.ServiceRevision(cluster, name, "1"), LaunchType: types.LaunchTypeFargate}}, Primary: true,
	}}}
	w.update(func(tx *store.Tx) { state.PutService(tx, s) })
	return s
}

// task adds a task of a service whose containers run.
func (w *outputWorld) task(id, lastStatus string, containers ...string) {
	w.stops[id] = make(chan struct{})
	t := &state.Task{
		ARN: scope.Task("default", id), Status: state.TaskStatus{LastStatus: lastStatus},
		Spec: &state.TaskSpec{
			Group: "service:web", ServiceARN: scope.Service("default", "web"), ClusterARN: scope.Cluster("default"),
			CreatedAt: time.Unix(1e9+int64(len(w.stops)), 0),
		},
	}
	for _, name := range containers {
		if lastStatus == state.Pending {
			t.Status.Containers = append(t.Status.Containers, state.Container{Name: name})
			continue
		}
		t.Status.Containers = append(t.Status.Containers, state.Container{Name: name, EngineID: id + name, Phase: state.ContainerRunning})
	}
	w.update(func(tx *store.Tx) { state.AddTask(tx, t) })
}

// containerIs has the container of a task in a phase.
func (w *outputWorld) containerIs(id string, phase state.ContainerPhase) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		status := state.TaskStatus{LastStatus: state.Pending, Containers: []state.Container{{Name: "web", EngineID: id, Phase: phase}}}
		if err := state.PutTaskStatus(tx, scope.Task("default", id), state.TaskStep{Status: status}); err != nil {
			w.Error(err)
		}
	})
}

// told are the lines and notes of an answer.
func told(t *testing.T, body string) string {
	t.Helper()
	var list []string
	for in := json.NewDecoder(strings.NewReader(body)); in.More(); {
		var o control.Output
		if err := in.Decode(&o); err != nil {
			t.Fatal(err)
		}
		if o.Task != "" {
			list = append(list, strings.TrimSpace(o.Task+" "+o.Container)+": "+o.Line)
		}
		if o.Note != "" {
			list = append(list, o.Note)
		}
		if o.End {
			list = append(list, "end")
		}
	}
	return strings.Join(list, "; ")
}

func TestOutputOfAServiceByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOutputWorld(t)
		w.service("default", "web")
		w.task("t1", state.Running, "web")
		w.task("t2", state.Running, "web", "sidecar")
		w.task("gone1", state.Stopped, "web")
		const gone = "the output of stopped tasks is kept for some minutes; that of 1 of %d containers is gone. " +
			"What the log driver awslogs has written is in CloudWatch Logs: aws logs tail; end"
		for query, want := range map[string]string{
			"":                      "t1: t1 says 1; t2 web: t2 says 1; t1: t1 says 2; t2 web: t2 says 2; t2 sidecar: t2 says 1; t2 sidecar: t2 says 2; " + fmt.Sprintf(gone, 4),
			"&tail=1&container=web": "t1: t1 says 2; t2 web: t2 says 2; " + fmt.Sprintf(gone, 3),
			"&container=sidecar":    "t2 sidecar: t2 says 1; t2 sidecar: t2 says 2; end",
		} {
			c := w.askPath("logs?of=web"+query, &client{})
			synctest.Wait()
			if got := told(t, c.received()); got != want {
				t.Errorf("%q:\n got %s\nwant %s", query, got, want)
			}
		}
	})
}

// A service of many tasks with much output is read in parts, and still by time.
func TestOutputOfManyTasks(t *testing.T) {
	const tasks, lines = 30, 2500
	w := newOutputWorld(t)
	w.service("default", "web")
	for n := range tasks {
		w.task(fmt.Sprintf("t%d", n), state.Running, "web")
	}
	var open, most atomic.Int32
	s := start(t, control.Options{Store: w.store, Log: slog.New(slog.DiscardHandler), Logs: func(_ context.Context, _, _ string, o backend.LogOptions) error {
		if n := open.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer open.Add(-1)
		first := 0
		if o.Tail > 0 {
			first = lines - o.Tail
		}
		for n := first; n < lines; n++ {
			at := time.Unix(int64(n/100), 0) // a hundred lines have the same time
			if at.Before(o.Since) {
				continue
			}
			if err := o.Write(at, false, strconv.Itoa(n)); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		return nil
	}})
	for query, each := range map[string]int{"": lines, "&tail=1700": 1700} {
		response, err := s.Client().Get(s.URL + control.Prefix + "logs?of=web" + query)
		if err != nil {
			t.Fatal(err)
		}
		next, before, ended := map[string]int{}, 0, false
		for in := json.NewDecoder(response.Body); in.More(); {
			var o control.Output
			if err := in.Decode(&o); err != nil {
				t.Fatal(err)
			}
			if ended = o.End; ended {
				continue
			}
			n, err := strconv.Atoi(o.Line)
			if err != nil || n != lines-each+next[o.Task] || n/100 < before {
				t.Fatalf("%s: line %q of %s, which has had %d, at %d", query, o.Line, o.Task, next[o.Task], before)
			}
			next[o.Task]++
			before = n / 100
		}
		response.Body.Close()
		for task, n := range next {
			if n != each {
				t.Errorf("%s: %d lines of %s", query, n, task)
			}
		}
		if !ended || len(next) != tasks {
			t.Errorf("%s: it ends: %v, with %d tasks", query, ended, len(next))
		}
	}
	if most.Load() > 8 {
		t.Errorf("the output of %d containers is open at once", most.Load())
	}
}

func TestOutputOfAServiceIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOutputWorld(t)
		service := w.service("default", "web")
		w.task("t0", state.Stopped, "web")
		w.task("t1", state.Running, "web")
		c := w.askPath("logs?of=web&follow=true&tail=1", &client{})
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := told(t, c.received()); got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
		}
		expect("t1: t1 says 2") // not of the one that had stopped
		w.task("t2", state.Pending, "web")
		w.containerIs("t2", state.ContainerCreated)
		expect("")
		w.containerIs("t2", state.ContainerRunning)
		expect("t2: t2 says 1; t2: t2 says 2") // of one that comes, everything
		close(w.stops["t1"])
		expect("")
		w.update(func(tx *store.Tx) {
			gone := service.Clone()
			gone.InactiveAt = time.Unix(2e9, 0)
			state.PutService(tx, gone)
		})
		expect("")
		close(w.stops["t2"])
		expect("service web is INACTIVE; end")
		w.expectGone(c)
	})
}

func TestOutputOfAServiceEndsWithAReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOutputWorld(t)
		w.service("default", "web")
		w.task("t1", state.Running, "web")
		c := w.askPath("logs?of=web&follow=true", &client{})
		synctest.Wait()
		if err := w.store.Reset(); err != nil {
			t.Fatal(err)
		}
		close(w.stops["t1"])
		synctest.Wait()
		if got := told(t, c.received()); got != "t1: t1 says 1; t1: t1 says 2; service web is no longer there; end" {
			t.Error(got)
		}
	})
}

func TestWhoseOutput(t *testing.T) {
	w := newOutputWorld(t)
	w.service("default", "web")
	w.service("shop", "web")
	w.service("shop", "cafe")
	w.task("cafe0123", state.Running, "web")
	s := start(t, control.Options{Store: w.store, Logs: w.logs})
	for query, want := range map[string]string{
		"of=nope": "there is no service or task nope; services: web, cafe in cluster shop, web in cluster shop; " +
			"tasks that run: cafe0123 of service:web; stopped tasks are known for an hour",
		"of=web":                             "there are 2 services web: name the cluster with --cluster, or give the ARN: " + scope.Service("default", "web") + ", " + scope.Service("shop", "web"),
		"of=cafe":                            "cafe is a service and the beginning of a task's id: give the ARN of the service, " + scope.Service("shop", "cafe") + ", or more of the id",
		"of=web&cluster=default&container=x": "service web has no container x; it has web",
	} {
		var r refusal
		code := do(t, s, "GET", "logs?"+query, "", &r)
		if code != 404 || r.Error != want {
			t.Errorf("%s: %d %s\nwant %s", query, code, r.Error, want)
		}
	}
}

// TestServiceThatIsThereComesFirst has a service of the same name in another cluster, which is INACTIVE.
func TestServiceThatIsThereComesFirst(t *testing.T) {
	w := newOutputWorld(t)
	w.service("shop", "web")
	w.task("t1", state.Running, "web")
	gone := w.service("default", "web").Clone()
	gone.InactiveAt = time.Unix(2e9, 0)
	w.update(func(tx *store.Tx) { state.PutService(tx, gone) })
	note := func(query string) string {
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, httptest.NewRequest("GET", control.Prefix+"logs?"+query, nil))
		return answer.Body.String()
	}
	if got := note("of=web"); !strings.Contains(got, "no container of service web has been started") {
		t.Errorf("of the one in cluster shop, which has no task: %s", got)
	}
	if got := note("of=web&cluster=default"); !strings.Contains(got, "t1 says 1") {
		t.Errorf("of the one that is INACTIVE: %s", got)
	}
}

func TestOutputOfATaskIsPlainText(t *testing.T) {
	w := newOutputWorld(t)
	w.service("shop", "cafe")
	w.task("cafe0123", state.Running, "web")
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, httptest.NewRequest("GET", control.Prefix+"logs?of=cafe&cluster=default", nil))
	if got := answer.Body.String(); got != "cafe0123 says 1\ncafe0123 says 2\n" {
		t.Errorf("%d %s", answer.Code, got)
	}
}

// A reader who follows a task from its beginning waits for its container.
func TestATaskIsFollowedBeforeItStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOutputWorld(t)
		w.task("t1", state.Pending, "web")
		c := w.askPath("logs?of=t1&follow=true", &client{})
		synctest.Wait()
		if got := c.received(); got != "" {
			t.Errorf("before it starts: %s", got)
		}
		w.containerIs("t1", state.ContainerCreated)
		synctest.Wait()
		if got := c.received(); got != "" {
			t.Errorf("before it starts: %s", got)
		}
		w.containerIs("t1", state.ContainerRunning)
		synctest.Wait()
		if got := c.received(); got != "t1 says 1\nt1 says 2\n" {
			t.Errorf("once it has started: %s", got)
		}
		close(w.stops["t1"])
		w.expectGone(c)
	})
}

// The text of a task's output has no end mark, so a trailer says when it is not all.
func TestTheOutputOfATaskSaysWhenItIsCutOff(t *testing.T) {
	for name, c := range map[string]struct {
		cut  func(w *outputWorld, closes func())
		want string
	}{
		"its container stops": {func(w *outputWorld, _ func()) { close(w.stops["t1"]) }, ""},
		"the emulator closes": {func(_ *outputWorld, closes func()) { closes() }, "the emulator has closed"},
		"its engine fails":    {func(w *outputWorld, _ func()) { close(w.fails) }, "not all output of task t1 can be read: the engine is away"},
	} {
		t.Run(name, func(t *testing.T) {
			closing, closes := context.WithCancel(t.Context())
			defer closes()
			w := newOutputWorld(t)
			w.task("t1", state.Running, "web")
			s := start(t, control.Options{Store: w.store, Closing: closing, Logs: w.logs})
			response, err := s.Client().Get(s.URL + control.Prefix + "logs?of=t1&follow=true")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			c.cut(w, closes)
			body, err := io.ReadAll(response.Body)
			if got := response.Trailer.Get(control.CutOff); err != nil || string(body) != "t1 says 1\nt1 says 2\n" || got != c.want {
				t.Errorf("%q, %v, cut off: %q", body, err, got)
			}
		})
	}
}

// A reader who waits for a container when the emulator closes gets a refusal.
func TestWaitingForATaskEndsWithTheEmulator(t *testing.T) {
	w := newOutputWorld(t)
	w.task("t1", state.Pending, "web")
	closing, closes := context.WithCancel(t.Context())
	closes()
	s := start(t, control.Options{Store: w.store, Closing: closing, Logs: func(ctx context.Context, _, _ string, _ backend.LogOptions) error { return ctx.Err() }})
	var r refusal
	if code := do(t, s, "GET", "logs?of=t1&follow=true", "", &r); code != 503 || r.Error != "the emulator has closed" {
		t.Errorf("%d %s", code, r.Error)
	}
}

// A task that stops before its container has started ends the wait, with the reason.
func TestATaskThatNeverStartsEndsItsFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newOutputWorld(t)
		w.task("gone1", state.Pending, "web")
		c := w.askPath("logs?of=gone1&follow=true", &client{})
		synctest.Wait()
		w.update(func(tx *store.Tx) {
			stop := &state.Stop{Code: types.TaskStopCodeUserInitiated}
			if err := state.PutTaskStatus(tx, scope.Task("default", "gone1"), state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped}, Stop: stop}); err != nil {
				t.Error(err)
			}
		})
		w.expectGone(c)
		if got := c.received(); !strings.Contains(got, "the output of task gone1 is gone") {
			t.Errorf("got %s", got)
		}
	})
}

func TestWhyATaskHasNoOutput(t *testing.T) {
	w := newOutputWorld(t)
	w.task("gone1", state.Stopped, "web")
	notMade := func(context.Context, string, string, backend.LogOptions) error {
		return fmt.Errorf("container web has not been created: %w", backend.ErrNotFound)
	}
	w.task("t1", state.Pending, "web")
	w.task("t2", state.Provisioning, "web")
	w.update(func(tx *store.Tx) {
		stop := &state.Stop{Code: types.TaskStopCodeTaskFailedToStart, Reason: "CannotPullContainerError: no such image"}
		if err := state.PutTaskStatus(tx, scope.Task("default", "t2"), state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped}, Stop: stop}); err != nil {
			t.Error(err)
		}
	})
	for task, want := range map[string]string{
		"gone1": "the output of task gone1 is gone: it is kept for some minutes after the end of a task. " +
			"What the log driver awslogs has written is in CloudWatch Logs: aws logs tail",
		"t1": "task t1 has no output yet: it is PENDING",
		"t2": "task t2 has no output: it stopped before its containers were made (TaskFailedToStart: CannotPullContainerError: no such image)",
	} {
		logs := notMade
		if task == "gone1" {
			logs = w.logs
		}
		s := start(t, control.Options{Store: w.store, Logs: logs})
		var r refusal
		if code := do(t, s, "GET", "logs?of="+task, "", &r); code != 404 || r.Error != want {
			t.Errorf("%s: %d %s", task, code, r.Error)
		}
	}
}

package logsink

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

// moody is a CloudWatch Logs that does to each request what its answers say, and then what is asked.
type moody struct {
	answers  []string
	messages []string
	at       []time.Time
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.at = append(m.at, time.Now())
	answer := "ok"
	if len(m.answers) > 0 {
		answer, m.answers = m.answers[0], m.answers[1:]
	}
	switch answer {
	case "fails":
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case "hangs":
		<-r.Context().Done()
		return
	case "throttles":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
		return
	case "refuses":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"ResourceNotFoundException","message":"The specified log stream does not exist."}`)
		return
	}
	var in struct {
		LogEvents []struct {
			Message   string
			Timestamp int64
		} `json:"logEvents"`
	}
	body, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(body, &in); err != nil {
		panic(err)
	}
	for _, e := range in.LogEvents {
		m.messages = append(m.messages, e.Message)
	}
	if answer == "mumbles" {
		fmt.Fprint(w, "taken")
		return
	}
	if answer == "rejects" {
		fmt.Fprint(w, `{"rejectedLogEventsInfo":{"tooNewLogEventStartIndex":0}}`)
		return
	}
	fmt.Fprint(w, "{}")
}

// sinkOf is a sink before a server, which keeps positions in a directory.
func sinkOf(t *testing.T, server http.Handler, dir string, log io.Writer) *Upstream {
	t.Helper()
	positions, err := logs.Open(logs.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return NewUpstream(apiclient.New(apiclient.Options{Endpoint: server, Host: "upstream"}), positions, slog.New(slog.NewTextHandler(log, nil)))
}

var logStream = awslogs.Stream{Scope: arn.Scope{Region: "us-east-1", Account: "000000000000"}, Group: "g", Name: "s"}

func TestLinesArePutUntilTheUpstreamHasThem(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		server := &moody{answers: []string{"fails", "throttles", "hangs", "fails", "fails", "fails", "mumbles", "fails"}}
		sink := sinkOf(t, server, dir, io.Discard)
		at := awslogs.Position{Since: time.Now(), Count: 2, Last: time.Now()}
		began := time.Now()
		for _, line := range []string{"one", "two"} {
			if err := sink.Put(t.Context(), logStream, "container", []awslogs.Line{{At: began, Message: line}}, at); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(server.messages, []string{"one", "two"}) {
			t.Errorf("it has %q", server.messages)
		}
		var pauses []time.Duration
		for i := 1; i < len(server.at); i++ {
			pauses = append(pauses, server.at[i].Sub(server.at[i-1]))
		}
		const s = time.Second
		if want := []time.Duration{s, 2 * s, logAnswer + 4*s, 8 * s, 16 * s, 30 * s, 0, s}; !slices.Equal(pauses, want) {
			t.Errorf("pauses %v, want %v", pauses, want)
		}
		// Nothing has been closed, as in a crash.
		sink = sinkOf(t, server, dir, io.Discard)
		if got, _, err := sink.Position(t.Context(), logStream, "container"); err != nil || got.Count != 2 || !got.Since.Equal(at.Since) {
			t.Errorf("the position is %+v %v", got, err)
		}
		for range 2 {
			if err := sink.Forget(t.Context(), logStream, "container"); err != nil {
				t.Error(err)
			}
		}
		if got, _, err := sink.Position(t.Context(), logStream, "container"); err != nil || got != (awslogs.Position{}) {
			t.Errorf("a forgotten source is at %+v %v", got, err)
		}
	})
}

// What the upstream refuses is not tried again, nor is anything when the emulator ends.
func TestLinesThatTheUpstreamDoesNotTake(t *testing.T) {
	var log strings.Builder
	server := &moody{answers: []string{"refuses", "rejects", "rejects"}}
	sink := sinkOf(t, server, t.TempDir(), &log)
	line := []awslogs.Line{{At: time.Now(), Message: "one"}}
	if err := sink.Put(t.Context(), logStream, "container", line, awslogs.Position{Count: 1}); codeOf(err) != codeNoGroup {
		t.Errorf("got %v", err)
	}
	if at, _, err := sink.Position(t.Context(), logStream, "container"); err != nil || at.Count != 0 {
		t.Errorf("what is refused counts as put: %+v %v", at, err)
	}
	for range 2 {
		if err := sink.Put(t.Context(), logStream, "container", line, awslogs.Position{Count: 1}); err != nil {
			t.Error(err)
		}
	}
	if strings.Count(log.String(), "refuses log events") != 1 {
		t.Errorf("the log: %s", log.String())
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		server := &moody{answers: []string{"fails", "hangs"}}
		sink := sinkOf(t, server, dir, io.Discard)
		ctx, end := context.WithTimeout(t.Context(), 2*time.Second)
		defer end()
		began := time.Now()
		if err := sink.Put(ctx, logStream, "container", line, awslogs.Position{Count: 1}); err == nil || len(server.at) != 2 {
			t.Errorf("it has put them with %d requests", len(server.at))
		}
		if took := time.Since(began); took != 2*time.Second+lastLogAnswer {
			t.Errorf("a request on its way had %v", took)
		}
	})
}

// Lines of no source are sent once, and leave no position.
func TestLinesOfNoSource(t *testing.T) {
	var log strings.Builder
	server := &moody{answers: []string{"ok", "fails", "rejects", "mumbles"}}
	sink := sinkOf(t, server, t.TempDir(), &log)
	for _, c := range []struct {
		line string
		good bool
	}{{"one", true}, {"fails", false}, {"rejects", false}, {"two", true}} {
		if err := sink.Append(t.Context(), logStream, []awslogs.Line{{At: time.Now(), Message: c.line}}); (err == nil) != c.good {
			t.Errorf("%s: %v", c.line, err)
		}
	}
	if len(server.at) != 4 || log.Len() > 0 {
		t.Errorf("%d requests, and the log: %s", len(server.at), log.String())
	}
}

// What the upstream has is not sent again because its position cannot be kept.
func TestAPositionThatCannotBeKept(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		server := &moody{}
		sink := sinkOf(t, server, dir, io.Discard)
		if err := sink.positions.Close(); err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		err := sink.Put(ctx, logStream, "container", []awslogs.Line{{At: time.Now(), Message: "one"}}, awslogs.Position{Count: 1})
		if err == nil || ctx.Err() == nil || len(server.at) != 1 {
			t.Errorf("after %d requests: %v", len(server.at), err)
		}
	})
}

// A request that is on its way when the emulator ends is not sent again by the next one.
func TestARequestOnItsWayIsLetFinish(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		server := &moody{}
		slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Second)
			server.ServeHTTP(w, r)
		})
		sink := sinkOf(t, slow, dir, io.Discard)
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if err := sink.Put(ctx, logStream, "container", []awslogs.Line{{At: time.Now(), Message: "one"}}, awslogs.Position{Count: 1}); err != nil {
			t.Error(err)
		}
		if at, _, err := sink.Position(ctx, logStream, "container"); err != nil || at.Count != 1 {
			t.Errorf("the position is %+v %v", at, err)
		}
	})
}

func TestLogRequests(t *testing.T) {
	now := time.Now()
	many := func(n, length int) (lines []awslogs.Line) {
		for range n {
			lines = append(lines, awslogs.Line{At: now, Message: strings.Repeat("x", length)})
		}
		return lines
	}
	for _, c := range []struct {
		name  string
		lines []awslogs.Line
		want  []int
	}{
		{"none", nil, nil},
		{"as many as may be", many(10_000, 1), []int{10_000}},
		{"one more", many(10_001, 1), []int{10_000, 1}},
		{"as long as may be", many(4, 1<<18-26), []int{4}},
		{"longer", many(5, 1<<18-26), []int{4, 1}},
		{"longer by a byte", append(many(3, 1<<18-26), many(1, 1<<18-25)...), []int{3, 1}},
		{"a day", []awslogs.Line{{At: now, Message: "a"}, {At: now.Add(24 * time.Hour), Message: "b"}, {At: now.Add(24*time.Hour + 1), Message: "c"}}, []int{2, 1}},
	} {
		var got []int
		for _, events := range logRequests(c.lines) {
			got = append(got, len(events))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

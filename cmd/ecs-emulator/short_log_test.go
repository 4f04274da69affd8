package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/host/hostport"
)

const taskARN = "arn:aws:ecs:us-east-1:000000000000:task/default/d88f6994aaaabbbbccccddddeeeeffff"

func TestShortLog(t *testing.T) {
	for _, c := range []struct {
		log  func(*slog.Logger)
		want string
	}{
		{func(l *slog.Logger) { l.Info("container engine is back") }, "container engine is back"},
		{func(l *slog.Logger) {
			l.Warn("cannot start the log of a task", "task", taskARN, "reason", "no such group")
		}, "warning: cannot start the log of a task: no such group (task d88f6994)"},
		{func(l *slog.Logger) { l.With("engine", "a").Error("cannot use it", "error", errors.New("it is away")) },
			"error: cannot use it: it is away (engine a)"},
		{func(l *slog.Logger) {
			l.Warn("request", "operation", "RunTask", "status", 400, "requestId", "1", "error", "ClientException", "reason", "TaskDefinition not found.")
		}, "warning: RunTask is refused with ClientException: TaskDefinition not found."},
		{func(l *slog.Logger) {
			l.Warn("request for no service", "status", 501, "error", "NotImplementedException", "reason", "ecs-emulator does not implement s3.")
		}, "warning: a request is refused with NotImplementedException: ecs-emulator does not implement s3."},
		{func(l *slog.Logger) { l.Info("request forwarded", "service", "s3", "target", "", "status", 200) },
			"request forwarded (service s3, status 200)"},
		{func(l *slog.Logger) {
			l.Debug("request", "operation", "ListTasks", "status", 200, "duration", 3100*time.Microsecond)
		}, "ListTasks answers 200 in 3ms"},
		{func(l *slog.Logger) {
			l.Info("task is running", "task", taskARN, "ip", "172.31.0.4", "ports", []hostport.Port{{ContainerPort: 80, Address: "127.0.0.1:8080"}})
		}, "127.0.0.1:8080 leads to port 80 of task d88f6994"},
		{func(l *slog.Logger) { l.Info("task is running", "task", taskARN, "ip", "172.31.0.4") }, ""},
		{func(l *slog.Logger) {
			l.Info("a port of this host is not available: another one takes its place", "port", 8080, "instead", "127.0.0.1:45401", "for", taskARN, "error", errors.New("it is in use"))
		}, "127.0.0.1:45401 leads to d88f6994, as port 8080 is not available: it is in use"},
		{func(l *slog.Logger) { l.Warn("cannot start", "reason", "x\x1b[2J\ny") }, "warning: cannot start: x\ufffd[2J y"},
		{func(l *slog.Logger) { l.Info("task has stopped", "task", taskARN) }, ""},
	} {
		var out bytes.Buffer
		c.log(slog.New(newShortLog(&out, slog.LevelDebug)))
		if c.want != "" {
			c.want += "\n"
		}
		if got := timeOfDayInFront(out.String()); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestADeniedCallIsSaidOnce has it from the log where no activity is shown.
func TestADeniedCallIsSaidOnce(t *testing.T) {
	for level, want := range map[slog.Level]string{slog.LevelInfo: "", slog.LevelWarn: "warning: the call would be denied: no policy (requestId 1)\n"} {
		var out bytes.Buffer
		slog.New(newShortLog(&out, level)).Warn("the call would be denied", "requestId", "1", "reason", "no policy")
		if got := timeOfDayInFront(out.String()); got != want {
			t.Errorf("at level %s: %q, want %q", level, got, want)
		}
	}
}

// timeOfDayInFront cuts 15:04:05 from the front of a line.
func timeOfDayInFront(line string) string { return line[min(len(line), len("15:04:05 ")):] }

// TestMessagesThatActivityTells looks for the messages that the short log leaves out where they are
// logged: under another text they would be said twice.
func TestMessagesThatActivityTells(t *testing.T) {
	var source strings.Builder
	for _, folder := range []string{"internal/host/agent", "internal/host/hostport", "handlers/control", "handlers/awsapi", "internal/app/access"} {
		files, err := filepath.Glob("../../" + folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	for _, message := range append([]string{"task is running", "host port goes to the next task", "a port of this host is not available: another one takes its place", "request", deniedCall}, told...) {
		if !strings.Contains(source.String(), `"`+message+`", `) && !strings.Contains(source.String(), `"`+message+`")`) {
			t.Errorf("nothing logs %q", message)
		}
	}
}

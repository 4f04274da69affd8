package emulator_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/coder/websocket"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionclient"
)

// execTask runs a task in which commands may be executed, and waits until they may.
func (w *world) execTask() (taskARN string) {
	w.Helper()
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("shell"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/app"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Command: []string{"sleep", "86400"}}},
	})
	w.must(err)
	ran, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: out.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), EnableExecuteCommand: true,
	})
	w.must(err)
	taskARN = *ran.Tasks[0].TaskArn
	w.untilAgentRuns(taskARN)
	return taskARN
}

// untilAgentRuns waits for the execute command agent of a task's first container.
func (w *world) untilAgentRuns(taskARN string) {
	w.Helper()
	w.eventually("the agent runs", func() bool {
		agents := w.task(taskARN).Containers[0].ManagedAgents
		return len(agents) == 1 && aws.ToString(agents[0].LastStatus) == "RUNNING"
	})
}

// execute executes a command, and connects to its session.
func (w *world) execute(taskARN, command string) (*terminal, *ecs.ExecuteCommandOutput) {
	w.Helper()
	out, err := w.client.ExecuteCommand(w.Context(), &ecs.ExecuteCommandInput{Task: &taskARN, Command: &command, Interactive: true})
	w.must(err)
	return w.shakeHands(*out.Session.StreamUrl, *out.Session.TokenValue), out
}

// shakeHands opens the channel of a new session.
func (w *world) shakeHands(url, token string) *terminal {
	w.Helper()
	t := w.onTerminal(sessionclient.Dial(w.Context(), url, token))
	t.until("the handshake", func() bool { return t.Handshakes > 0 })
	return t
}

// terminal is a client of a session.
type terminal struct {
	*sessionclient.Client
	w *world
}

func (w *world) onTerminal(client *sessionclient.Client, err error) *terminal {
	w.Helper()
	w.must(err)
	w.Cleanup(func() { _ = client.Close() })
	return &terminal{client, w}
}

// until reads what the session sends until something holds.
func (t *terminal) until(what string, holds func() bool) {
	t.w.Helper()
	ctx, cancel := context.WithTimeout(t.w.Context(), 2*time.Minute)
	defer cancel()
	for !holds() {
		if err := t.Receive(ctx); err != nil {
			t.w.Fatalf("waiting for %s: %v; it shows %q", what, err, t.Shown)
		}
	}
}

func (t *terminal) types(text string) {
	t.w.Helper()
	t.w.must(t.Type(t.w.Context(), text))
}

func (t *terminal) shows(text string) {
	t.w.Helper()
	t.until(text, func() bool { return strings.Contains(string(t.Shown), text) })
}

func (t *terminal) ends(text string) {
	t.w.Helper()
	t.until("the end", func() bool { return t.Closed != nil })
	if *t.Closed != text {
		t.w.Errorf("the session ends with %q, want %q", *t.Closed, text)
	}
	if err := t.Receive(t.w.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure { // the session is over
		t.w.Errorf("the socket is closed with %v", err)
	}
}

// sessions are those that a state has.
func (w *world) sessions(state ssmtypes.SessionState) []ssmtypes.Session {
	w.Helper()
	out, err := ssm.NewFromConfig(w.srv.Config()).DescribeSessions(w.Context(), &ssm.DescribeSessionsInput{State: state})
	w.must(err)
	return out.Sessions
}

func TestAShellInAContainer(t *testing.T) {
	t.Parallel()
	w := start(t)
	task := w.execTask()
	term, out := w.execute(task, "sh")
	if target := *w.sessions(ssmtypes.SessionStateActive)[0].Target; !strings.HasPrefix(target, "ecs:default_") {
		t.Errorf("the target is %s", target)
	}
	term.shows("# ")
	term.types("echo one two\r")
	term.shows("\r\none two\r\n")
	term.types("exit\r")
	term.ends("")
	if got := w.sessions(ssmtypes.SessionStateHistory); len(got) != 1 || *got[0].SessionId != *out.Session.SessionId || len(w.sessions(ssmtypes.SessionStateActive)) > 0 {
		t.Errorf("sessions that are over: %+v", got)
	}
}

// TestCommandsWithoutShell: the words are the program's.
func TestCommandsWithoutShell(t *testing.T) {
	t.Parallel()
	w := start(t)
	task := w.execTask()
	term, _ := w.execute(task, `echo "a  b" ; echo $HOME`)
	term.ends("")
	if want := "a  b ; echo $HOME"; strings.TrimSpace(string(term.Shown)) != want {
		t.Errorf("it shows %q, want %q", term.Shown, want)
	}
	term, _ = w.execute(task, "/bin/missing")
	term.ends("Unable to start command: Failed to start pty: fork/exec /bin/missing: no such file or directory")
}

// TestASessionByItsTarget starts a shell without ExecuteCommand, and goes on with it after its connection
// was cut.
func TestASessionByItsTarget(t *testing.T) {
	t.Parallel()
	w := start(t)
	arn := w.execTask()
	api := ssm.NewFromConfig(w.srv.Config())
	target := "ecs:default_" + arn[strings.LastIndex(arn, "/")+1:] + "_" + *w.task(arn).Containers[0].RuntimeId
	out, err := api.StartSession(t.Context(), &ssm.StartSessionInput{Target: &target})
	w.must(err)
	term := w.shakeHands(*out.StreamUrl, *out.TokenValue)
	term.shows("# ")
	term.types("echo before\r")
	term.shows("\r\nbefore\r\n")
	w.must(term.Close())
	again, err := api.ResumeSession(t.Context(), &ssm.ResumeSessionInput{SessionId: out.SessionId})
	w.must(err)
	back := w.onTerminal(sessionclient.Resume(t.Context(), *again.StreamUrl, *again.TokenValue, term.Client))
	back.types("echo after\r")
	back.shows("\r\nafter\r\n")
	if back.Handshakes > 0 {
		t.Error("there was a second handshake")
	}
	_, err = api.TerminateSession(t.Context(), &ssm.TerminateSessionInput{SessionId: out.SessionId})
	w.must(err)
	back.ends("")
}

// TestWhatEndsSessions tells their clients why, and leaves none.
func TestWhatEndsSessions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, text string
		end        func(w *world, task string)
	}{
		{"a reset", "The session has ended with its task: ecs-emulator was reset.", func(w *world, _ string) { w.must(w.srv.Reset()) }},
		{"the end of the emulator", "The session has ended with ecs-emulator, which was stopped.", func(w *world, _ string) { w.must(w.srv.Close()) }},
		{"20 idle minutes", "Your session timed out due to inactivity and has been terminated.", func(w *world, _ string) {
			w.must(w.srv.Clock().Advance(20 * time.Minute)) // an acknowledgement on its way is data that comes now
			w.must(w.srv.Clock().Advance(20 * time.Minute))
		}},
		{"the end of the task", "", func(w *world, task string) {
			_, err := w.client.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task})
			w.must(err)
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := start(t)
			task := w.execTask()
			term, _ := w.execute(task, "cat")
			term.types("hello\r")
			term.shows("hello")
			done := make(chan struct{})
			go func() { defer close(done); c.end(w, task) }()
			term.until("the end", func() bool { return term.Closed != nil })
			_ = term.Close()
			<-done
			if c.text != "" && *term.Closed != c.text {
				t.Errorf("it ends with %q, want %q", *term.Closed, c.text)
			}
			if c.what == "a reset" {
				if left := w.sessions(ssmtypes.SessionStateHistory); len(left) > 0 {
					t.Errorf("of the state before there is %+v", left)
				}
			}
		})
	}
}

// TestSessionsBehindAProxy lead to where clients are: by TLS if the proxy says so, and by the public URL.
func TestSessionsBehindAProxy(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]struct {
		options emulator.Options
		proto   string
	}{
		"wss://127.0.0.1:": {emulator.Options{}, "https"},
		"ws://127.0.0.1:":  {emulator.Options{}, "http"},
		"wss://ecs.corp.example/v1/data-channel/ecs-execute-command-": {emulator.Options{PublicURL: "https://ecs.corp.example"}, ""},
	} {
		w := start(t, c.options)
		task := w.execTask()
		config := w.srv.Config()
		config.HTTPClient = &http.Client{Transport: proxied{c.proto}}
		out, err := ecs.NewFromConfig(config).ExecuteCommand(t.Context(), &ecs.ExecuteCommandInput{Task: &task, Command: aws.String("sh"), Interactive: true})
		w.must(err)
		if got := *out.Session.StreamUrl; !strings.HasPrefix(got, want) {
			t.Errorf("it leads to %s, want %s", got, want)
		}
	}
	if _, err := emulator.New(emulator.Options{PublicURL: "ecs.corp.example"}); err == nil {
		t.Error("a public URL without scheme is taken")
	}
}

// proxied sends requests as a proxy does.
type proxied struct{ proto string }

func (p proxied) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-Proto", p.proto)
	return http.DefaultTransport.RoundTrip(r)
}

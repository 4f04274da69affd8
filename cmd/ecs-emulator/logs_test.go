package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
)

// fullDisk cannot be written to.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestLogsOfAServiceThatCannotBeWritten(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		fmt.Fprintln(w, `{"task": "d88f6994aaaabbbbccccddddeeeeffff", "line": "hello"}`)
		fmt.Fprintln(w, `{"line": "", "end": true}`)
	}))
	defer server.Close()
	query := url.Values{"of": {"web"}}
	if err := copyLogs(t.Context(), server.URL, query, fullDisk{}, io.Discard); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("copyLogs: %v", err)
	}
	var out strings.Builder
	if err := copyLogs(t.Context(), server.URL, query, &out, io.Discard); err != nil || out.String() != "d88f6994 | hello\n" {
		t.Errorf("copyLogs: %v, %q", err, out.String())
	}
}

// TestLogsOfATaskTellWhenTheyAreCutOff has the end of a task's output, and what is not its end.
func TestLogsOfATaskTellWhenTheyAreCutOff(t *testing.T) {
	for name, c := range map[string]struct {
		ends func(w http.ResponseWriter)
		want string
	}{
		"the container stops":   {func(http.ResponseWriter) {}, ""},
		"the emulator closes":   {func(w http.ResponseWriter) { w.Header().Set(http.TrailerPrefix+cutOff, "the emulator has closed") }, "the emulator has closed"},
		"the connection breaks": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "the emulator has gone: unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintln(w, "hello")
				w.(http.Flusher).Flush()
				c.ends(w)
			}))
			defer server.Close()
			var out strings.Builder
			err, got := copyLogs(t.Context(), server.URL, url.Values{"of": {"d88f6994"}}, &out, io.Discard), ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || out.String() != "hello\n" {
				t.Errorf("%s: %q", got, out.String())
			}
		})
	}
}

// TestLogsOfATaskEndWithTheEmulator has a real one close while the output of a task is followed.
func TestLogsOfATaskEndWithTheEmulator(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	task := p.run("app", "sh", "-c", "echo hello; sleep 600")
	p.until(*task.TaskArn, "RUNNING")
	cmd := command("logs", *task.TaskArn, "-f", "--endpoint", endpoint.FindStringSubmatch(p.ready)[1])
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	p.must(err)
	p.must(cmd.Start())
	defer cmd.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "hello\n" {
		t.Fatalf("%q, %v", line, err)
	}
	p.must(p.cmd.Process.Signal(os.Interrupt))
	cmd.Wait()
	if stderr.String() != "ecs-emulator: the emulator has closed\n" || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d: %q", cmd.ProcessState.ExitCode(), stderr.String())
	}
	if code := p.wait(); code != 0 {
		t.Errorf("the emulator's exit code is %d", code)
	}
}

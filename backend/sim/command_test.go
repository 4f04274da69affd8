package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

const forever = -1

func TestCommands(t *testing.T) {
	for _, test := range []struct {
		entryPoint, command []string
		lasts               time.Duration
		code                int
		output              []string
	}{
		{command: []string{"true"}},
		{command: []string{"/bin/false"}, code: 1},
		{command: []string{"exit", "300"}, code: 44, output: []string{"! exit 300"}},
		{command: []string{"exit"}},
		{command: []string{"sleep", "5"}, lasts: 5 * time.Second},
		{command: []string{"/bin/sleep", "0.5"}, lasts: 500 * time.Millisecond},
		{command: []string{"sleep", "1m30s"}, lasts: 90 * time.Second},
		{command: []string{"sleep", "2d"}, lasts: 48 * time.Hour},
		{command: []string{"sleep", "infinity"}, lasts: forever},
		{command: []string{"sleep", "well"}, lasts: forever},
		{command: []string{"sleep"}, lasts: forever},
		{command: []string{"echo", "a", "b"}, output: []string{"a b"}},
		{command: []string{"print", "2"}, output: []string{"line 1", "line 2"}},
		{command: []string{"print", "-1"}, lasts: forever},
		{command: []string{"env"}, output: []string{"HOSTNAME=ip-172-31-0-4.ec2.internal", "NAME=world"}},
		{command: []string{"env", "A=1", "server"}, lasts: forever},
		{command: []string{"serve", "80"}, lasts: forever, output: []string{"listening on :80"}},
		{command: []string{"serve", "8000-8009"}, lasts: forever, output: []string{"listening on :8000-8009"}},
		{command: []string{"serve", "http"}, lasts: forever},
		{command: []string{"fail", "80", "500"}, lasts: forever, output: []string{"listening on :80"}},
		{command: []string{"fail", "80", "never"}, lasts: forever},
		{command: []string{"serve", "80-"}, lasts: forever},
		{command: []string{"linger", "2s"}, lasts: forever},
		{command: []string{"times", "job", "exit", "3"}, code: 3, output: []string{"! exit 3"}},
		{command: []string{"times", "job"}, lasts: forever},
		{command: []string{"serve"}, lasts: forever},
		{command: []string{"check", "http://localhost:81/"}, code: 1},
		{command: []string{"check", "http://localhost"}, code: 1},
		{command: []string{"check"}, lasts: forever},
		{command: []string{"read", "/etc/hostname"}, output: []string{"ip-172-31-0-4.ec2.internal"}},
		{command: []string{"read", "/etc/hosts"}, output: []string{"127.0.0.1\tlocalhost", "172.31.0.4\tip-172-31-0-4.ec2.internal ip-172-31-0-4"}},
		{command: []string{"read", "/etc/passwd"}, code: 1, output: []string{"! open /etc/passwd: no such file or directory"}},
		{command: []string{"read"}, lasts: forever},
		{command: []string{"ignore-term"}, lasts: forever, output: []string{"ignoring SIGTERM"}},
		{command: []string{"nginx", "-g", "daemon off;"}, lasts: forever},
		{command: []string{"nginx", "exit"}, lasts: forever},
		{command: []string{"/app", "exit", "3"}, code: 3, output: []string{"! exit 3"}},
		{entryPoint: []string{"/app"}, command: []string{"exit", "3"}, code: 3, output: []string{"! exit 3"}},
		{entryPoint: []string{"tini", "--"}, command: []string{"sleep", "3"}, lasts: 3 * time.Second},
		{entryPoint: []string{"sh", "-c"}, command: []string{"exit 3"}, code: 3},
		{entryPoint: []string{"sleep"}, command: []string{"3"}, lasts: 3 * time.Second},
		{command: []string{"sh"}, lasts: forever},
		{lasts: forever},

		{command: []string{"sh", "-c", "exit 3"}, code: 3},
		{command: []string{"bash", "-euxc", "exit"}},
		{command: []string{"/bin/sh", "-c", "false; exit"}, code: 1},
		{command: []string{"sh", "-c", "exit x"}, code: 2},
		{command: []string{"sh", "-c", "echo hello; sleep 2\necho bye && exit 4"}, lasts: 2 * time.Second, code: 4, output: []string{"hello", "bye"}},
		{command: []string{"sh", "-c", "false && echo no || echo yes"}, output: []string{"yes"}},
		{command: []string{"sh", "-c", "true || echo no; false"}, code: 1},
		{command: []string{"sh", "-c", `echo "hello $NAME" 'not $NAME' ${NAME}s \; "" end; echo oops >&2`},
			output: []string{"hello world not $NAME worlds ;  end", "! oops"}},
		{command: []string{"sh", "-c", "sleep 1; exec sleep 2"}, lasts: 3 * time.Second},
		{command: []string{"sh", "-c", "echo up; nginx -g 'daemon off;'; exit 3"}, lasts: forever, output: []string{"up"}},
		{command: []string{"sh", "-c", "echo up; exec serve 81; exit 3"}, lasts: forever, output: []string{"up", "listening on :81"}},
		{command: []string{"sh", "-c", "while true; do echo x; sleep 1; done"}, lasts: forever},
		{command: []string{"sh", "-c", "echo a | grep b"}, lasts: forever},
		{command: []string{"sh", "-c", "exit $(cat code)"}, lasts: forever},
		{command: []string{"sh", "-c", `echo "$(date)"`}, lasts: forever},
		{command: []string{"sh", "-c", "echo 'open"}, lasts: forever},
		{command: []string{"sh", "-c", "echo a > file; exit 1"}, lasts: forever},
		{command: []string{"sh", "-c", "exec"}, lasts: forever},
		{command: []string{"sh", "-c", " ; "}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, sim.Options{})
			id := w.run(backend.ContainerSpec{EntryPoint: test.entryPoint, Command: test.command, Env: []string{"NAME=world"}})
			what := append(test.entryPoint, test.command...)
			t.Logf("%q", what)
			time.Sleep(1000 * time.Hour)
			synctest.Wait()
			w.expectOutput(id, test.output...)
			if test.lasts == forever {
				w.expectRunning(id)
				return
			}
			w.expectExited(id, test.code)
			if c := w.inspect(id); c.ExitedAt.Sub(c.StartedAt) != test.lasts {
				t.Errorf("lasted %v, want %v", c.ExitedAt.Sub(c.StartedAt), test.lasts)
			}
		})
	}
}

func TestExitCodeLabelOnACommandThatSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Options{})
		id := w.run(backend.ContainerSpec{Command: []string{"sleep", "5"}, Labels: labels("exit-code", "2")})
		w.expectRunning(id)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		w.expectExited(id, 2)
	})
}

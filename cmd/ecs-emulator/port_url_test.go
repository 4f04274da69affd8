package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// TestPortURLIsThatOfOnesOwnTask has another program at the port that the task maps.
func TestPortURLIsThatOfOnesOwnTask(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	_, number, _ := net.SplitHostPort(other.Listener.Addr().String())
	port, _ := strconv.Atoi(number)
	p := startServe(t, "--engine", "sim")
	task := p.runServer(port)
	out, err := command("ports", "--endpoint", endpoint.FindStringSubmatch(p.ready)[1], *task.TaskArn, "--url").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	url := strings.TrimSuffix(string(out), "\n")
	answer, err := http.Get(url)
	p.must(err)
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || string(text) != "hello" {
		t.Errorf("%s answers %q, %v", url, text, err)
	}
	if want := "available: another one takes its place\" port=" + number + " protocol=tcp instead=" + strings.TrimPrefix(url, "http://"); !strings.Contains(p.log(), want) {
		t.Errorf("the log does not name it:\n%s", p.log())
	}
}

func TestPortURLs(t *testing.T) {
	const one = `{"desiredStatus": "RUNNING", "containers": [{"ports": [{"containerPort": 80, "protocol": "tcp", "address": "127.0.0.1:4001"}]}]}`
	const leaves = `{"desiredStatus": "STOPPED", "containers": [{"ports": [{"containerPort": 80, "protocol": "tcp", "address": "127.0.0.1:4000"}]}]}`
	const shared = `{"desiredStatus": "RUNNING", "containers": [{"ports": [{"containerPort": 80, "protocol": "tcp", "address": "127.0.0.1:80"}]}]}`
	const two = `{"desiredStatus": "RUNNING", "containers": [{"ports": [{"containerPort": 80, "protocol": "tcp", "address": "127.0.0.1:80"}]},
		{"ports": [{"containerPort": 53, "protocol": "udp", "address": "127.0.0.1:53"}, {"containerPort": 90, "protocol": "tcp", "address": "127.0.0.1:91"}]}]}`
	for name, c := range map[string]struct{ line, tasks, want string }{
		"one of its own":            {"web --url", one, "http://127.0.0.1:4001\n"},
		"that of who stays":         {"web --url", leaves + "," + one, "http://127.0.0.1:4001\n"},
		"that with the same number": {"web --url", one + "," + shared, "http://127.0.0.1:80\n"},
		"one of several":            {"web --url --container-port 90", two, "http://127.0.0.1:91\n"},
		"none of several":           {"web --url", two, "ecs-emulator: web has several container ports: choose with --container-port one of 80, 90\n"},
		"one that it has not":       {"web --url --container-port 53", two, "ecs-emulator: web has no container port 53; it has 80, 90\n"},
		"no task":                   {"web --url", "", "ecs-emulator: no TCP port of this host leads to web: no task of it is RUNNING, or its containers have no portMappings\n"},
		"no name":                   {"--url", "", "ecs-emulator ports: --url needs the name of a service or the id of a task: ecs-emulator ports web --url\n"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, `{"tasks": [`+c.tasks+`]}`)
			}))
			defer server.Close()
			var out strings.Builder
			run(append([]string{"ports", "--endpoint", server.URL}, strings.Fields(c.line)...), &out, &out)
			if out.String() != c.want {
				t.Errorf("it says %q, want %q", &out, c.want)
			}
		})
	}
}

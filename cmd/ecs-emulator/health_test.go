package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthSaysWhetherTasksCanRun(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	url := endpoint.FindStringSubmatch(p.ready)[1]
	output, err := command("health", "--endpoint", url).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(output), "ok: ecs-emulator ") || !strings.Contains(string(output), url) {
		t.Errorf("%v: %s", err, output)
	}
}

func TestHealthFailsWithTheReason(t *testing.T) {
	for body, want := range map[string]string{
		`{"status":"degraded","engine":{"lastError":"connection refused"}}`:                                      "degraded: connection refused",
		`{"status":"degraded","state":{"reason":"the disk is full"},"engine":{"lastError":"the one before"}}`:    "degraded: the disk is full",
		`{"status":"degraded","engine":{"networkError":"no range is free","lastError":"no network, once more"}}`: "degraded: no range is free",
		`{"status":"degraded","logs":{"reason":"no space left on device"},"engine":{"status":"ready"}}`:          "degraded: no space left on device",
		`<html>`: "answers 503 Service Unavailable: is it the emulator?",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			w.Write([]byte(body))
		}))
		var stdout, stderr strings.Builder
		if code := run([]string{"health", "--endpoint", server.URL}, &stdout, &stderr); code != 1 || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), want+"\n") {
			t.Errorf("ends with %d: %q, %q; want %q", code, &stdout, &stderr, want)
		}
		server.Close()
	}
}

func TestHealthSaysSinceWhenEnginesAreAway(t *testing.T) {
	for body, want := range map[string]string{
		`{"status":"ok","version":"v1","endpoint":"http://x","engine":{"name":"sim 1"},"engines":[{"name":"","status":"ready"}]}`: "ok: ecs-emulator v1 at http://x, engine sim 1\n",
		`{"status":"ok","version":"v1","endpoint":"http://x","engines":[
			{"name":"a","kind":"docker","version":"28.5.2","status":"ready","swarm":"manager"},
			{"name":"b","kind":"docker","version":"28.5.2","status":"lost","swarm":"worker","lastError":"no\nanswer","unavailableSince":"2026-11-29T22:00:00.25Z"},
			{"name":"c","kind":"docker","status":"refused","lastError":"it was wiped"},
			{"name":"d","kind":"sim","version":"1","status":"unavailable","unavailableSince":"2026-11-29T22:00:01Z"}
		],"warnings":["vpc-1 is crowded"]}`: `ok: ecs-emulator v1 at http://x, engines a (docker 28.5.2, manager), b (docker 28.5.2, worker, lost), c (docker, refused), d (sim 1, unavailable)
engine b is lost since 2026-11-29T22:00:00Z: no answer
engine c is refused: it was wiped
engine d is unavailable since 2026-11-29T22:00:01Z
warning: vpc-1 is crowded
`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
		var stdout, stderr strings.Builder
		if code := run([]string{"health", "--endpoint", server.URL}, &stdout, &stderr); code != 0 || stdout.String() != want {
			t.Errorf("ends with %d, %s:\n%s\nwant\n%s", code, &stderr, &stdout, want)
		}
		server.Close()
	}
}

// In the emulator's image, commands ask where the emulator of the same container listens.
func TestCommandsAskTheEmulatorOfTheSameContainer(t *testing.T) {
	for listen, want := range map[string]string{
		"0.0.0.0:4577": "http://127.0.0.1:4577", ":8000": "http://127.0.0.1:8000", "[::]:80": "http://127.0.0.1:80",
		"10.0.0.1:4577": "http://10.0.0.1:4577", "": "http://127.0.0.1:4577",
	} {
		t.Setenv("ECS_EMULATOR_LISTEN", listen)
		t.Setenv("AWS_ENDPOINT_URL_ECS", "")
		t.Setenv("AWS_ENDPOINT_URL", "")
		if got := defaultEndpoint(); got != want {
			t.Errorf("where %q is listened at, commands ask %s, not %s", listen, got, want)
		}
	}
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

const showVariables = `; echo "$AWS_ENDPOINT_URL|$AWS_REGION|$AWS_DEFAULT_REGION|$AWS_ACCESS_KEY_ID|$AWS_SECRET_ACCESS_KEY"`

// evaluated is what a shell has once it has read the lines.
func evaluated(t *testing.T, lines string) string {
	t.Helper()
	out, err := exec.Command("sh", "-euc", `eval "$1"`+showVariables, "sh", lines).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func TestEnvLeadsClientsToTheEmulator(t *testing.T) {
	t.Parallel()
	url := endpoint.FindStringSubmatch(startServe(t, "--engine", "sim", "--region", "eu-west-1").ready)[1]
	out, err := command("env", "--endpoint", url+"/").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := evaluated(t, string(out)), url+"|eu-west-1|eu-west-1|test|test"; got != want {
		t.Errorf("a shell has %s, want %s", got, want)
	}
}

// TestEnvTellsAShellNothingElse has answers that would have the shell do more.
func TestEnvTellsAShellNothingElse(t *testing.T) {
	for _, region := range []string{"$(echo bad)", "a'; echo bad '", "`echo bad`"} {
		if got, want := evaluated(t, exports("http://localhost/$(echo bad)", region, anyCredentials)), "http://localhost/$(echo bad)|"+region+"|"+region+"|test|test"; got != want {
			t.Errorf("a shell has %s, want %s", got, want)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	defer server.Close()
	var stdout, stderr strings.Builder
	if code := run([]string{"env", "--endpoint", server.URL}, &stdout, &stderr); code != 1 || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), "is it the emulator?\n") {
		t.Errorf("ends with %d: %q %q", code, &stdout, &stderr)
	}
}

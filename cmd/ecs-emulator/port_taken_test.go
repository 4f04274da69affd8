package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestPortInUseIsOneClearLine has a port that an emulator has, and one that another program has.
func TestPortInUseIsOneClearLine(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	emulator := endpoint.FindStringSubmatch(startServe(t, "--engine", "sim").ready)[1]
	for url, want := range map[string]string{
		other.URL: `another program has this port, or an emulator that does not answer yet; end it, or take a free port with --listen 127\.0\.0\.1:0`,
		emulator:  `ecs-emulator \S+ with engine sim \S+ answers there; use it at ` + regexp.QuoteMeta(emulator) + `, or take a free port with --listen 127\.0\.0\.1:0`,
	} {
		out, err := command("serve", "--engine", "sim", "--listen", strings.TrimPrefix(url, "http://")).CombinedOutput()
		line := regexp.MustCompile(`^ecs-emulator: listen for the endpoint: listen tcp \S+ bind: address already in use: ` + want + `\n$`)
		if err == nil || !line.Match(out) {
			t.Errorf("%v: %q", err, out)
		}
	}
}

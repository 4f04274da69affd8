package sim

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestAFileIsInTheInnermostMount(t *testing.T) {
	d := disk{container: "c1", mounts: []backend.Mount{
		{Source: "/volumes/outer", Target: "/data"},
		{Source: "/volumes/inner", Target: "/data/inner/", ReadOnly: true},
		{Source: "/srv/file", Target: "/etc/app.conf"},
	}}
	for name, want := range map[string]string{
		"/note":             "/containers/c1/note",
		"note":              "/containers/c1/note",
		"/database":         "/containers/c1/database",
		"/data/note":        "/volumes/outer/note",
		"/data/innermost":   "/volumes/outer/innermost",
		"/data/inner/note":  "/volumes/inner/note",
		"/data/inner/../it": "/volumes/outer/it",
		"/etc/app.conf":     "/srv/file",
	} {
		if host, readOnly := d.find(name); host != want || readOnly != (want == "/volumes/inner/note") {
			t.Errorf("%s is %s, read-only %t; want %s", name, host, readOnly, want)
		}
	}
}

package text

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/overview"
)

// The proxy of Service Connect is in no task definition: it is told of only where it failed.
func TestProxiesThatDidNotFailAreLeftOut(t *testing.T) {
	app, log := overview.Container{Name: "app", ExitCode: exit(1)}, overview.Container{Name: "log", ExitCode: exit(0)}
	proxy := func(code *int32, reason string) overview.Container {
		return overview.Container{Name: "ecs-service-connect-NgQiP", Proxy: true, ExitCode: code, Reason: reason}
	}
	for _, c := range []struct {
		containers []overview.Container
		exit, why  string
	}{
		{[]overview.Container{app, proxy(exit(0), "stopped")}, "1", ""},
		{[]overview.Container{app, proxy(nil, "")}, "1", ""},
		{[]overview.Container{app, log, proxy(exit(0), "")}, "app 1, log 0", ""},
		{[]overview.Container{app, proxy(exit(137), "")}, "app 1, ecs-service-connect-NgQiP 137", ""},
		{[]overview.Container{app, proxy(nil, "CannotPullContainerError")}, "app 1", "ecs-service-connect-NgQiP: CannotPullContainerError"},
	} {
		task := &overview.Task{LastStatus: "STOPPED", Containers: c.containers}
		if got := exitCodes(task).text; got != c.exit || why(task) != c.why {
			t.Errorf("%v: %q, %q; want %q, %q", c.containers, got, why(task), c.exit, c.why)
		}
	}
}

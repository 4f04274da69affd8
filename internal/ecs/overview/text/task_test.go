package text

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
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

func TestPullsThatTakeLong(t *testing.T) {
	task := &overview.Task{LastStatus: "PENDING", Pulls: []overview.Pull{{Image: "app:1", Bytes: 12_345_678, Of: 40_100_000}, {Image: "log:1"}}}
	if got := why(task); got != "pulling app:1 12.3 MB of 40.1 MB; pulling log:1" {
		t.Errorf("it shows %q", got)
	}
}

// Tasks that ended alike are one row, with the newest of them.
func TestStoppedTasksThatEndedAlike(t *testing.T) {
	o := &overview.Overview{Clusters: []overview.Cluster{{ARN: shop, Name: "shop"}}}
	for n := range 72 {
		o.StoppedTasks = append(o.StoppedTasks, stoppedBy("EssentialContainerExited", n+1, "service:web", exit(1), "Essential container in task exited", time.Duration(n+1)*time.Second))
	}
	o.StoppedTasks = append(o.StoppedTasks, stoppedBy("EssentialContainerExited", 80, "service:web", exit(2), "Essential container in task exited", 80*time.Second))
	o.StoppedTaskCount = 73
	_, got, _ := strings.Cut(Render(o, Options{Now: now, Fold: true}), "\n\nSTOPPED")
	want := `   COUNT  GROUP        WHEN     EXIT  DEFINITION  STOP CODE                 REASON
01234567     72  service:web  1s ago   1     web:3       EssentialContainerExited  Essential container in task exited
5b05b030         service:web  80s ago  2     web:3       EssentialContainerExited  Essential container in task exited
`
	if got != want {
		t.Errorf("it shows\n%s\nwant\n%s", got, want)
	}
	if got := strings.Count(Render(o, Options{Now: now}), "service:web"); got != 73 {
		t.Errorf("unfolded it has %d rows", got)
	}
}

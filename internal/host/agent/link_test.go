package agent

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
)

// A container finds the one that it links to by its alias, and by nothing that is not there.
// The linked one starts before it and stops after it.
func TestLinks(t *testing.T) {
	withAgent(t, func(b *bench) {
		for _, test := range []struct {
			url  string
			code int32
		}{
			{"http://database:80/", 0}, {"http://db:80/", 1}, {"http://own-name:80/", 0},
		} {
			web := container("web", "check", test.url)
			web.Links = []string{"db:database", "quiet"}
			db, quiet := server("db"), container("quiet")
			db.Hostname, quiet.DisableNetworking = aws.String("own-name"), aws.Bool(true)
			id := b.runAt(b.instance(), types.NetworkModeBridge, web, db, quiet)
			status := b.task(id).Status
			b.expect("exit code of "+test.url, *status.Containers[0].ExitCode, test.code)
			b.expect("the linked one started first", status.Containers[1].StartedAt.After(status.Containers[0].StartedAt), false)
		}
	})
}

func TestALinkedContainerStopsLast(t *testing.T) {
	withAgent(t, func(b *bench) {
		web, db := container("web", "sh", "-c", "sleep 1h"), server("db")
		web.Links = []string{"db"}
		id := b.runAt(b.instance(), types.NetworkModeBridge, db, web)
		b.expect("lastStatus", b.task(id).Status.LastStatus, state.Running)
		w := b.agent.named[""].lockTask(id)
		b.expect("the linked one may stop", plan.MayStop("db", &w.view), false)
		b.expect("the other one may stop", plan.MayStop("web", &w.view), true)
		w.mu.Unlock()
		b.stopTask(id)
		b.expect("lastStatus at the end", b.task(id).Status.LastStatus, state.Stopped)
	})
}

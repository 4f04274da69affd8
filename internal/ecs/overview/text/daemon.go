package text

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// daemons has those first that are not as wanted.
func (r *renderer) daemons() *table {
	t := &table{columns: []column{
		{title: "DAEMON", least: 8}, r.clusterColumn, {title: "WITH", right: true}, {title: "WITHOUT", right: true}, {title: "PENDING", right: true},
		{title: "DRAINING", right: true}, {title: "DEPLOYMENT"}, {title: "DEFINITION", least: 8}, {title: "DEPLOYED", right: true, optional: true},
	}, count: len(r.Daemons), notAsWanted: &r.NotAsWanted.Daemons}
	for _, wanted := range []bool{false, true} {
		for i := range r.Daemons {
			if d := &r.Daemons[i]; (d.NotAsWanted == "") == wanted {
				t.items = append(t.items, r.daemon(d))
			}
		}
	}
	return t
}

func (r *renderer) daemon(d *overview.Daemon) *item {
	without := count(d.Without)
	if d.Without > 0 {
		without.tone = Bad
	}
	shown := &item{rows: [][]cell{{
		{text: d.Name}, r.cluster(d.ClusterARN), count(d.Running), without, count(d.Pending), count(d.Draining),
		{text: d.Deployment.Status, tone: daemonTone(d)}, {text: d.TaskDefinition}, {text: r.age(d.Deployment.CreatedAt)},
	}}, notAsWanted: d.NotAsWanted != ""}
	if d.Deployment.StatusReason != "" {
		shown.notes = []string{strings.TrimPrefix(d.Deployment.TaskDefinition+": ", ": ") + d.Deployment.StatusReason}
	}
	if d.Status != "ACTIVE" {
		shown.notes = append([]string{d.Status}, shown.notes...)
	}
	return shown
}

func daemonTone(d *overview.Daemon) Tone {
	switch {
	case d.Deployment.Status == "SUCCESSFUL":
		return Good
	case d.Deployment.Status == "STOPPED" || strings.HasPrefix(d.Deployment.Status, "ROLLBACK_"):
		return Bad
	}
	return Busy
}

package overview

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// readDaemons reads the managed daemons of a cluster, by name.
func readDaemons(tx *store.Tx, c *state.Cluster) (list []Daemon) {
	for _, d := range daemon.List(tx, arn.ScopeOf(c.ARN), c.Name) {
		list = append(list, ReadDaemon(tx, d))
	}
	return list
}

// ReadDaemon reads one managed daemon, which is not gone.
func ReadDaemon(tx *store.Tx, d *daemon.Daemon) Daemon {
	shown := Daemon{ARN: d.ARN, Name: d.Name, ClusterARN: d.ClusterARN(), Status: string(d.Status())}
	for i, revision := range d.Current(tx) {
		r := daemon.FindRevision(tx, revision)
		if r == nil {
			continue
		}
		if i == 0 { // the one to which the deployment leads
			shown.Critical, shown.TaskDefinition = r.Critical, arn.Name(r.TaskDefinition)
		}
		for _, c := range daemon.Counts(tx, d.ARN, revision) {
			shown.Running += c.Running
			shown.Draining += c.Draining
			shown.Without += c.Without
		}
	}
	presences := daemon.Presences(tx, d.ARN)
	for _, p := range presences {
		if p.Down() {
			shown.down++
		}
	}
	shown.Pending = len(presences) - shown.Running - shown.Draining - shown.Without
	if newest := daemon.FindDeployment(tx, d.Deployment); newest != nil {
		shown.Deployment = readDaemonDeployment(tx, newest)
	}
	shown.NotAsWanted = daemonNotAsWanted(&shown)
	shown.Settled = shown.NotAsWanted != "" && shown.Deployment.failed() && shown.Without == 0 && shown.Pending == 0
	return shown
}

func readDaemonDeployment(tx *store.Tx, d *daemon.Deployment) DaemonDeployment {
	r := d.RolloutOf(tx)
	shown := DaemonDeployment{ARN: d.ARN, Status: string(r.Status), StatusReason: r.Reason, FailedTasks: r.Failures, CreatedAt: d.CreatedAt}
	if target := daemon.FindRevision(tx, d.Target); target != nil {
		shown.TaskDefinition = arn.Name(target.TaskDefinition)
	}
	return shown
}

// failed reports whether the deployment has not come to what was asked, and does not any more.
func (d *DaemonDeployment) failed() bool {
	return daemon.Ended(types.DaemonDeploymentStatus(d.Status)) && d.Status != string(types.DaemonDeploymentStatusSuccessful)
}

// daemonNotAsWanted asks for a newest deployment that was SUCCESSFUL, as of services, and for no instance that is used without the daemon.
// One that is deleted is on its way out, as wanted.
func daemonNotAsWanted(d *Daemon) string {
	switch {
	case d.Status != string(types.DaemonStatusActive):
		return ""
	case d.Deployment.Status != string(types.DaemonDeploymentStatusSuccessful):
		return fmt.Sprintf("the deployment of %s is %s", d.Deployment.TaskDefinition, d.Deployment.Status)
	case d.Without > 0:
		return fmt.Sprintf("%d of %d instances are without it", d.Without, d.Without+d.Running+d.Pending)
	case d.down > 0:
		return fmt.Sprintf("it does not run any more on %d of %d instances", d.down, d.Running+d.Pending)
	}
	return ""
}

package taskcause

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/phrase"
)

// replaced names the deployment that replaced the task's own, or the rollback that did.
func (q *question) replaced() {
	own, by := q.deployments()
	seen := []why.Evidence{q.reason()}
	switch {
	case q.back(own):
		q.rolledBack(own, fmt.Sprintf("its deployment of %s was rolled back", q.revision()))
	case q.back(by):
		q.rolledBack(by, fmt.Sprintf("the deployment of %s, which came after its own, was rolled back to new tasks of %s", q.brings(by.Target.ARN), q.brings(by.Rollback.RevisionARN)))
	case by != nil:
		q.say(why.Replaced, fmt.Sprintf("a deployment of %s began at %s and brings tasks of %s in its place", q.service(), q.time(by.CreatedAt), q.brings(by.Target.ARN)), "",
			append(seen, noted(by.CreatedAt, "service deployment %s brings %s", arn.Name(by.ARN), q.brings(by.Target.ARN)))...)
	case own != nil && own.StatusReason != "":
		q.say(why.Replaced, fmt.Sprintf("%s keeps tasks of another deployment, as the deployment of %s is %s: %s", q.service(), q.revision(), own.Status, oneLine(own.StatusReason)), "",
			append(seen, noted(own.UpdatedAt, "service deployment %s is %s: %s", arn.Name(own.ARN), own.Status, own.StatusReason))...)
	default:
		q.say(why.Replaced, q.service()+" keeps tasks of another deployment in its place", "", seen...)
	}
}

// deployments are the service deployment of the task, and the last one that came after it until the end of the task; each nil if
// there is none.
func (q *question) deployments() (own, by *state.ServiceDeployment) {
	for _, d := range state.ServiceDeployments(q.Tx, q.t.Spec.ServiceARN) {
		switch {
		case d.Target.DeploymentID == q.t.Spec.DeploymentID:
			own = d
		case !d.CreatedAt.After(q.t.Stop.At) && (by == nil || d.CreatedAt.After(by.CreatedAt)):
			by = d
		}
	}
	if own != nil && by != nil && by.CreatedAt.Before(own.CreatedAt) {
		by = nil
	}
	return own, by
}

// back reports whether a service deployment was on its way back when the task was stopped.
func (q *question) back(d *state.ServiceDeployment) bool {
	return d != nil && d.Rollback != nil && !d.Rollback.StartedAt.After(q.t.Stop.At)
}

func (q *question) rolledBack(d *state.ServiceDeployment, text string) {
	at := d.Rollback.StartedAt
	a := q.say(why.Replaced, fmt.Sprintf("%s at %s: %s", text, q.time(at), oneLine(d.Rollback.Reason)), "",
		q.reason(), noted(at, "rollback of %s: %s", arn.Name(d.ARN), d.Rollback.Reason))
	if cause, text, seen, ok := phrase.Rollback(d); ok {
		seen.At = at
		a.Because = append(a.Because, why.Answer{
			Of: d.ARN, Kind: why.KindServiceDeployment, Cause: cause, At: at, Evidence: []why.Evidence{seen},
			Sentence: fmt.Sprintf("The deployment of %s to %s was rolled back at %s: %s.", q.brings(d.Target.ARN), q.service(), q.time(at), text),
		})
	}
}

// brings is the task definition of a revision.
func (q *question) brings(revision string) string {
	if r := state.FindServiceRevision(q.Tx, revision); r != nil {
		return arn.Name(r.TaskDefinition)
	}
	return "revision " + arn.Name(revision)
}

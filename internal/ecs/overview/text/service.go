package text

import (
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// services has those first that are not as wanted.
func (r *renderer) services() *table {
	t := &table{columns: []column{
		{title: "SERVICE", least: 10, enough: 13}, r.clusterColumn, {title: "STATUS"}, {title: "DESIRED", right: true},
		{title: "RUNNING", right: true}, {title: "PENDING", right: true}, {title: "ROLLOUT"},
		{title: "DEFINITION", least: 10, cut: cutMiddle, optional: true}, {title: "TARGETS", least: len("10/10 healthy")}, {title: "DEPLOYED", right: true, optional: true},
	}, count: len(r.Services), notAsWanted: &r.NotAsWanted.Services}
	for _, wanted := range []bool{false, true} {
		for i := range r.Services {
			if s := &r.Services[i]; (s.NotAsWanted == "") == wanted {
				t.items = append(t.items, r.service(s))
			}
		}
	}
	return t
}

// service is one row, or where there are several deployments, or task sets, one more for each.
func (r *renderer) service(s *overview.Service) *item {
	first := []cell{
		{text: s.Name}, r.cluster(s.ClusterARN), {}, count(s.Desired), {text: strconv.Itoa(s.Running), tone: runs(s.Running, s.Desired)},
		count(s.Pending), {}, {}, targets(s.TargetGroups), {},
	}
	if s.Status != "ACTIVE" {
		first[2] = cell{text: s.Status, tone: Busy}
	}
	shown := &item{rows: [][]cell{first}, notAsWanted: s.NotAsWanted != "", notes: r.serviceNotes(s)}
	if len(s.Deployments) == 1 {
		r.rollout(first, s.Deployments[0])
		return shown
	}
	for _, d := range s.Deployments {
		row := []cell{{text: "  " + d.Status, tone: Faint}, {}, {}, count(d.Desired), count(d.Running), count(d.Pending), {}, {}, {}, {}}
		r.rollout(row, d)
		shown.rows = append(shown.rows, row)
	}
	for _, t := range s.TaskSets {
		row := []cell{{text: "  " + t.Status, tone: Faint}, {}, {}, count(t.Desired), count(t.Running), count(t.Pending), {}, {}, {}, {}}
		row[6] = cell{text: strconv.FormatFloat(t.Scale, 'f', -1, 64) + " % " + t.StabilityStatus, tone: stabilityTone(t.StabilityStatus)}
		row[7], row[9] = cell{text: t.TaskDefinition}, cell{text: r.age(t.CreatedAt)}
		shown.rows = append(shown.rows, row)
	}
	return shown
}

// rollout fills in what is known of a deployment.
func (r *renderer) rollout(row []cell, d overview.Deployment) {
	row[6], row[7], row[9] = cell{text: d.RolloutState, tone: rolloutTone(d.RolloutState)}, cell{text: d.TaskDefinition}, cell{text: r.age(d.CreatedAt)}
}

func rolloutTone(state string) Tone {
	switch types.DeploymentRolloutState(state) {
	case types.DeploymentRolloutStateCompleted:
		return Good
	case types.DeploymentRolloutStateFailed:
		return Bad
	default:
		return Busy
	}
}

func stabilityTone(status string) Tone {
	if types.StabilityStatus(status) == types.StabilityStatusSteadyState {
		return Good
	}
	return Busy
}

func runs(running, desired int) Tone {
	if running < desired {
		return Busy
	}
	return Plain
}

// targets counts the targets of all groups by health, what is amiss first. Where there is no room, it says how many of
// the targets that are to serve are healthy.
func targets(groups []overview.TargetGroup) cell {
	var parts []string
	tone, used, healthy := Plain, 0, 0
	for _, health := range []string{"unhealthy", "unhealthy.draining", "unavailable", "initial", "draining", "unused", "healthy"} {
		n := 0
		for _, g := range groups {
			n += g.Targets[health]
		}
		if n == 0 {
			continue
		}
		parts = append(parts, strconv.Itoa(n)+" "+health)
		switch health {
		case "unhealthy":
			tone = Bad
			used += n
		case "unavailable", "initial":
			used += n
		case "healthy":
			used, healthy = used+n, n
		}
	}
	shown := cell{text: strings.Join(parts, ", "), tone: tone}
	if used > 0 {
		shown.short = strconv.Itoa(healthy) + "/" + strconv.Itoa(used) + " healthy"
	}
	return shown
}

// serviceNotes say why a service is not as wanted, as far as counts do not.
func (r *renderer) serviceNotes(s *overview.Service) (notes []string) {
	if s.NotAsWanted == "" {
		return nil
	}
	for i, d := range s.Deployments {
		if back := d.Rollback; i == 0 && back != nil {
			notes = append(notes, r.age(back.StartedAt)+" ago: "+back.TaskDefinition+" "+back.Status+": "+back.Reason)
		}
		if note := trafficNote(s.Deployments); i == 0 && note != "" {
			notes = append(notes, note)
		}
		if d.RolloutState == string(types.DeploymentRolloutStateFailed) {
			notes = append(notes, d.RolloutStateReason)
		}
		if note := failureNote(d); note != "" {
			notes = append(notes, note)
		}
	}
	if d := s.CodeDeploy; d != nil {
		notes = append(notes, r.age(d.Since)+" ago: "+d.Text())
	}
	for _, g := range s.TargetGroups {
		if g.Unhealthy != "" {
			notes = append(notes, "unhealthy in "+g.Name+": "+g.Unhealthy)
		}
	}
	if e := s.LastEvent; e != nil {
		notes = append(notes, r.age(e.CreatedAt)+" ago: "+shortIDs(e.Message))
		if strings.Contains(e.Message, "No Container Instances were found in your cluster.") {
			notes = append(notes, "launch instances with --capacity or RunInstances, or have the service on FARGATE")
		}
	}
	return notes
}

// failureNote says why nothing comes after a deployment that has failed; empty: something does.
func failureNote(d overview.Deployment) string {
	switch end := d.Failure; {
	case end == nil:
		return ""
	case d.Rollback != nil: // it is the rollback
		return end.Status + ": " + end.Reason
	default:
		return d.TaskDefinition + " was not rolled back, " + end.Status + ": " + end.Reason
	}
}

// trafficNote says where a deployment is that shifts traffic, who has how much of it, and what it waits
// for; empty of other deployments.
func trafficNote(deployments []overview.Deployment) string {
	shift := deployments[0].TrafficShift
	if shift == nil {
		return ""
	}
	parts := []string{shift.Stage}
	if shift.Back {
		parts[0] += " on its way back"
	}
	for _, d := range deployments {
		if d.ProductionWeight != nil {
			parts = append(parts, d.Status+" has "+strconv.FormatFloat(*d.ProductionWeight, 'f', -1, 64)+" % of the requests")
		}
	}
	for _, hook := range shift.Hooks {
		parts = append(parts, "waits for "+hook)
	}
	if len(shift.Hooks) > 0 {
		parts = append(parts, "until aws ecs continue-service-deployment decides")
	}
	return strings.Join(parts, ", ")
}

var (
	taskID      = lazyregexp.New(`\b[0-9a-f]{32}\b`)
	targetGroup = lazyregexp.New(`arn:\S+:targetgroup/[^/\s]+/[0-9a-f]+`)
)

// shortIDs shortens the ids of tasks in a text, and the ARNs of target groups to their names.
func shortIDs(text string) string {
	text = targetGroup.ReplaceAllStringFunc(text, func(arn string) string {
		_, name, _ := strings.Cut(arn, ":targetgroup/")
		return name[:strings.LastIndexByte(name, '/')]
	})
	return taskID.ReplaceAllStringFunc(text, func(id string) string { return activity.ShortID(id) + "…" })
}

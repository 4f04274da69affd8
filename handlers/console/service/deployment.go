package service

import (
	"fmt"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// deployments are those that the service has, side by side.
func (v *view) deployments() g.Node {
	counts := state.FindServiceSummary(v.Tx, v.service.ARN)
	var columns g.Group
	for _, d := range v.service.ListedDeployments() {
		columns = append(columns, v.deployment(d, counts.Of(d.ID)))
	}
	return h.Div(h.Class("columns"), columns)
}

func (v *view) deployment(d *state.Deployment, counts state.DeploymentCounts) g.Node {
	part := state.FindServiceDeployment(v.Tx, d.ServiceDeploymentARN)
	pairs := []page.Pair{
		{Name: "desiredCount", Value: page.Number(d.DesiredCount)},
		{Name: "runningCount", Value: page.Number(counts.ActiveRunning)},
		{Name: "pendingCount", Value: page.Number(counts.ActivePending())},
		{Name: "failedTasks", Value: v.failed(d, part)},
		{Name: "createdAt", Value: page.Time(d.CreatedAt)},
	}
	if !d.Throttle.Until.IsZero() && d.Throttle.Until.After(v.Now) {
		pairs = append(pairs, page.Pair{Name: "no start before", Value: page.Time(d.Throttle.Until)})
	}
	if counts.LastFailure != "" {
		pairs = append(pairs, page.Pair{Name: "last task that failed to start", Value: page.Text(counts.LastFailure)})
	}
	current := state.FindServiceDeployment(v.Tx, v.service.Primary().ServiceDeploymentARN)
	if weight := weightOf(current, d.ID); weight != nil {
		pairs = append(pairs, page.Pair{Name: "productionTrafficWeight", Value: page.Text(percent(*weight))})
	}
	return h.Div(h.ID("deployment-"+arn.Name(d.ID)),
		h.H3(page.Status(v.service.DeploymentStatus(d)), h.Text(" "), definitionLink(v.Request, d.Revision.TaskDefinition)),
		h.P(page.Status(string(d.RolloutState)), page.Text(" "+d.RolloutStateReason)),
		page.Pairs(pairs...), g.If(d == v.service.Primary(), v.progress(part)))
}

// failed is how many tasks failed, with the circuit breaker's threshold.
func (v *view) failed(d *state.Deployment, part *state.ServiceDeployment) g.Node {
	if part == nil || part.CircuitBreaker.Threshold == 0 || part.Target.DeploymentID != d.ID {
		return page.Number(d.FailedTasks)
	}
	b := part.CircuitBreaker
	return g.Group{page.Textf("%d; circuit breaker: %d of %d ", d.FailedTasks, b.FailureCount, b.Threshold), page.Status(string(b.Status))}
}

// weightOf is the share of requests that a deployment is to have by a service deployment, which knows what it brings and what it
// replaces; nil: traffic is not shifted.
func weightOf(part *state.ServiceDeployment, deployment string) *float64 {
	if part == nil {
		return nil
	}
	for _, r := range append([]state.DeployedRevision{part.Target}, part.Sources...) {
		if r.DeploymentID == deployment {
			return r.ProductionWeight
		}
	}
	return nil
}

func percent(weight float64) string { return strconv.FormatFloat(weight, 'g', 4, 64) + " %" }

// progress is how far the service deployment has come that the PRIMARY deployment is a part of, with what can be decided.
func (v *view) progress(part *state.ServiceDeployment) g.Node {
	if part == nil {
		return nil
	}
	pairs := []page.Pair{
		{Name: "startedAt", Value: page.Time(part.StartedAt)},
	}
	if shift := part.Shift; shift != nil && !part.Ended() {
		stage := fmt.Sprintf("%s, step %d", shift.Stage, shift.Step+1)
		if shift.Back {
			stage += ", traffic goes back"
		}
		pairs = append(pairs, page.Pair{Name: "lifecycleStage", Value: page.Text(stage)}, page.Pair{Name: "since", Value: page.Time(shift.Since)})
	}
	if part.Rollback != nil {
		pairs = append(pairs, page.Pair{Name: "rollback", Value: page.Text(part.Rollback.Reason)})
	}
	if a := part.Alarms; len(a.Names) > 0 {
		pairs = append(pairs, page.Pair{Name: "alarms", Value: g.Group{page.Status(string(a.Status)), page.Text(" " + strings.Join(a.Names, ", "))}})
		if len(a.Triggered) > 0 {
			pairs = append(pairs, page.Pair{Name: "triggered", Value: page.Text(strings.Join(a.Triggered, ", "))})
		}
	}
	how := h.P(page.Text("Service deployment "), page.Status(string(part.Status)), page.Text(" "+part.StatusReason))
	return g.Group{how, page.Pairs(pairs...), v.hooks(part), v.stopForms(part)}
}

// hooks are the lifecycle hooks that were asked, with forms for those that wait for a decision.
func (v *view) hooks(part *state.ServiceDeployment) g.Node {
	var rows []page.Row
	for i := range part.Hooks {
		hook := &part.Hooks[i]
		decide := page.None()
		if hook.Status == types.DeploymentLifecycleHookStatusAwaitingAction {
			decide = g.Group{v.hookForm(part, hook, types.DeploymentLifecycleHookActionContinue), v.hookForm(part, hook, types.DeploymentLifecycleHookActionRollback)}
		}
		rows = append(rows, page.Row{ID: "hook-" + hook.ID, Cells: []g.Node{
			page.Text(string(hook.Stage)), page.Text(string(hook.TargetType)), g.Group{page.Status(string(hook.Status)), h.Div(page.Text(hook.StatusReason))}, page.Time(hook.ExpiresAt), decide,
		}})
	}
	if len(rows) == 0 {
		return nil
	}
	return page.Table("Lifecycle hooks", []string{"Stage", "Target", "Status", "Times out", "Decide"}, rows)
}

// past are the service deployments that are known, the newest first.
func (v *view) past() (g.Node, error) {
	all := state.ServiceDeployments(v.Tx, v.service.ARN)
	before := func(x, y *state.ServiceDeployment) int {
		if at := y.CreatedAt.Compare(x.CreatedAt); at != 0 {
			return at
		}
		return y.Ordinal - x.Ordinal
	}
	list, paging, err := page.List(v.Request, "deployments", all, func(d *state.ServiceDeployment) string { return arn.Name(d.ARN) }, before)
	if err != nil {
		return nil, err
	}
	sorting.By(list, before)
	var rows []page.Row
	for _, d := range list {
		definition := page.None()
		if target := state.FindServiceRevision(v.Tx, d.Target.ARN); target != nil {
			definition = definitionLink(v.Request, target.TaskDefinition)
		}
		breaker := page.None()
		if d.CircuitBreaker.Threshold > 0 {
			breaker = page.Textf("%d of %d", d.CircuitBreaker.FailureCount, d.CircuitBreaker.Threshold)
		}
		rows = append(rows, page.Row{ID: "past-" + arn.Name(d.ARN), Cells: []g.Node{
			page.Code(arn.Name(d.ARN)), page.Status(string(d.Status)), definition, page.Time(d.CreatedAt), page.Time(d.FinishedAt), breaker, page.Or(d.StatusReason),
		}})
	}
	return g.Group{
		page.Table("Service deployments, the newest first", []string{"Service deployment", "Status", "Definition", "Created", "Finished", "Failed tasks", "Reason"}, rows),
		v.Pages(paging),
	}, nil
}

// definitionLink leads to a task definition by its ARN.
func definitionLink(r *page.Request, definitionARN string) g.Node {
	name := arn.Name(definitionARN)
	family, revision, _ := strings.Cut(name, ":")
	return page.A(name, r.To("definitions", family, revision))
}

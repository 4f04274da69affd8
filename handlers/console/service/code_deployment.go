package service

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	cdtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// codeDeployment is the last deployment by CodeDeploy to the service, with its lifecycle events; nil where there is none.
func (v *view) codeDeployment() g.Node {
	if v.service.DeploymentController != types.DeploymentControllerTypeCodeDeploy {
		return nil
	}
	d := codedeploy.LastOf(v.Tx, v.service.ARN, v.service.CreatedAt)
	if d == nil {
		return nil
	}
	r := codedeploy.FindRun(v.Tx, d.ID)
	if r == nil {
		r = &codedeploy.Run{Status: cdtypes.DeploymentStatusCreated}
	}
	pairs := []page.Pair{
		{Name: "deploymentId", Value: page.Code(d.ID)},
		{Name: "applicationName", Value: page.Text(d.Application)},
		{Name: "deploymentGroupName", Value: page.Text(d.Group)},
		{Name: "deploymentConfigName", Value: page.Or(aws.ToString(d.Settings.DeploymentConfigName))},
		{Name: "createTime", Value: page.Time(d.CreatedAt)},
	}
	if d.RollbackOf != "" {
		pairs = append(pairs, page.Pair{Name: "takes back", Value: page.Code(d.RollbackOf)})
	}
	if !r.FinishedAt.IsZero() {
		pairs = append(pairs, page.Pair{Name: "completeTime", Value: page.Time(r.FinishedAt)})
	}
	how := h.P(page.Text("Deployment "), page.Status(string(r.Status)))
	if r.Failure != nil {
		how = h.P(page.Text("Deployment "), page.Status(string(r.Status)), page.Text(" "+string(r.Failure.Code)+": "+aws.ToString(r.Failure.Message)))
	}
	return g.Group{how, page.Pairs(pairs...), lifecycleEvents(r), trafficOf(r)}
}

func lifecycleEvents(r *codedeploy.Run) g.Node {
	var rows []page.Row
	for _, e := range r.Events {
		rows = append(rows, page.Row{ID: "lifecycle-event-" + e.Name, Cells: []g.Node{
			page.Text(e.Name), page.Status(string(e.Status)), page.Time(e.StartedAt), page.Time(e.EndedAt), page.Or(e.Function), page.Or(e.Message),
		}})
	}
	return page.Table("Lifecycle events", []string{"Lifecycle event", "Status", "startTime", "endTime", "Function", "Message"}, rows)
}

// trafficOf has the weights that the run has set last, of each rule for both task sets.
func trafficOf(r *codedeploy.Run) g.Node {
	var rows []page.Row
	for i, led := range r.Rules {
		rule := led.Rule
		if rule == "" {
			rule = led.Listener
		}
		weight := func(s codedeploy.Set) g.Node { return page.Text(strconv.Itoa(int(led.Set[s.TargetGroup]))) }
		rows = append(rows, page.Row{ID: "led-" + strconv.Itoa(i), Cells: []g.Node{page.Code(rule), weight(r.Blue), weight(r.Green)}})
	}
	if len(rows) == 0 {
		return nil
	}
	return page.Table("Traffic", []string{"Rule", "Weight of the original task set", "Weight of the new one"}, rows)
}

package service

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// mostRevisions bounds the choice of a form.
const mostRevisions = 20

// forms change the service, unless it was deleted.
func (v *view) forms() g.Node {
	if v.ReadOnly || v.service.Status() != state.ServiceActive {
		return nil
	}
	var count g.Node
	if v.service.SchedulingStrategy != types.SchedulingStrategyDaemon {
		count = v.Post(page.Form{ID: "count", Action: "UpdateService", Title: "Count", Submit: "Set the desired count", Fields: []page.Field{
			{Name: "desiredCount", Label: "desiredCount", Kind: "number", Value: strconv.Itoa(v.service.DesiredCount), Required: true},
		}})
	}
	if !v.service.Deploys() { // its tasks are made of task sets, each of its own revision
		return h.Div(h.Class("columns"), count)
	}
	return h.Div(h.Class("columns"), count, v.Post(page.Form{ID: "revision", Action: "UpdateService", Title: "Revision", Submit: "Deploy", Fields: []page.Field{
		{Name: "taskDefinition", Label: "taskDefinition", Value: arn.Name(v.service.Revision().TaskDefinition), Options: v.revisions()},
		{Name: "forceNewDeployment", Label: "forceNewDeployment", Kind: "checkbox", Hint: "starts new tasks also of the same revision"},
	}}))
}

// revisions are the newest ACTIVE ones of the family, and the one that the service has.
func (v *view) revisions() (options []page.Option) {
	current := arn.Name(v.service.Revision().TaskDefinition)
	family, _, _ := strings.Cut(current, ":")
	for _, d := range slices.Backward(taskdefinition.List(v.Tx, v.Scope, family)) {
		if d.Status == types.TaskDefinitionStatusActive && len(options) < mostRevisions {
			name := d.Family + ":" + strconv.Itoa(d.Revision)
			options = append(options, page.Option{Value: name, Label: name})
		}
	}
	if !slices.ContainsFunc(options, func(o page.Option) bool { return o.Value == current }) {
		options = append(options, page.Option{Value: current, Label: current + " (not ACTIVE)"})
	}
	return options
}

// update calls UpdateService with the members that the form has.
func update(r *page.Request) (to string, err error) {
	in := ecs.UpdateServiceInput{
		Cluster: aws.String(r.Var("cluster")), Service: aws.String(r.Var("service")), ForceNewDeployment: r.Field("forceNewDeployment") == "true",
	}
	if text := r.Field("desiredCount"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return "", page.Invalid("desiredCount=%s is not a number", text)
		}
		in.DesiredCount = aws.Int32(int32(n))
	}
	if definition := r.Field("taskDefinition"); definition != "" {
		in.TaskDefinition = &definition
	}
	return "", r.Do("ecs", "UpdateService", &in, nil)
}

// stopForms ask to stop a service deployment that goes on: by going back, or by leaving all as it is.
func (v *view) stopForms(part *state.ServiceDeployment) g.Node {
	if part.Status != types.ServiceDeploymentStatusPending && part.Status != types.ServiceDeploymentStatusInProgress {
		return nil
	}
	form := func(how types.StopServiceDeploymentStopType, text string) g.Node {
		return v.Post(page.Form{ID: "stop-" + strings.ToLower(string(how)), Action: "StopServiceDeployment", Submit: text, Danger: true, Fields: []page.Field{
			page.Hidden("serviceDeploymentArn", part.ARN), page.Hidden("stopType", string(how)),
		}})
	}
	return g.Group{form(types.StopServiceDeploymentStopTypeRollback, "Roll back"), form(types.StopServiceDeploymentStopTypeAbort, "Stop")}
}

func askStop(r *page.Request) (*page.Question, error) {
	q := &page.Question{
		Title: "Roll back the deployment of " + r.Var("service") + "?", Yes: "Yes, roll back",
		Text: "StopServiceDeployment with stopType ROLLBACK: the service goes back to the revision that it had before.",
	}
	if r.Field("stopType") == string(types.StopServiceDeploymentStopTypeAbort) {
		q = &page.Question{
			Title: "Stop the deployment of " + r.Var("service") + "?", Yes: "Yes, stop the deployment",
			Text: "StopServiceDeployment with stopType ABORT: the tasks stay as they are now, of both revisions.",
		}
	}
	return q, nil
}

func stop(r *page.Request) (to string, err error) {
	return "", r.Do("ecs", "StopServiceDeployment", &ecs.StopServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(r.Field("serviceDeploymentArn")), StopType: types.StopServiceDeploymentStopType(r.Field("stopType")),
	}, nil)
}

// hookForm decides on a hook. The member action of the operation is hookAction in the form, which has an action itself.
func (v *view) hookForm(part *state.ServiceDeployment, hook *state.LifecycleHook, action types.DeploymentLifecycleHookAction) g.Node {
	return v.Post(page.Form{
		ID: fmt.Sprintf("%s-%s", hook.ID, strings.ToLower(string(action))), Action: "ContinueServiceDeployment",
		Submit: string(action[:1]) + strings.ToLower(string(action[1:])), Danger: action == types.DeploymentLifecycleHookActionRollback,
		Fields: []page.Field{
			page.Hidden("serviceDeploymentArn", part.ARN), page.Hidden("hookId", hook.ID), page.Hidden("hookAction", string(action)),
		},
	})
}

func continues(r *page.Request) (to string, err error) {
	return "", r.Do("ecs", "ContinueServiceDeployment", &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: aws.String(r.Field("serviceDeploymentArn")), HookId: aws.String(r.Field("hookId")),
		Action: types.DeploymentLifecycleHookAction(r.Field("hookAction")),
	}, nil)
}

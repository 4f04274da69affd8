// Package service has the page of a service: its deployments side by side, targets, tasks, events, output, scaling and
// past deployments, and what can be changed of it.
package service

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/tasklist"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{{
		Pattern: "/services/{cluster}/{service}", Read: read,
		Actions: map[string]page.Action{
			"UpdateService":             {Do: update},
			"StopServiceDeployment":     {Ask: askStop, Do: stop},
			"ContinueServiceDeployment": {Do: continues},
		},
	}}
}

// view collects what the page shows of a service.
type view struct {
	*page.Request
	service *state.Service
	shown   overview.Service
	tasks   []*state.Task // that are known, those that stopped included
}

// find finds the service of a request.
func find(r *page.Request) (*state.Service, error) {
	cluster := state.Clusters.Find(r.Tx, r.Scope, r.Var("cluster"))
	if cluster == nil {
		return nil, page.NotFound(clusters(r), "there is no cluster %s in %s", r.Var("cluster"), r.Scope.Region)
	}
	s := state.FindService(r.Tx, r.Scope.Service(cluster.Name, r.Var("service")))
	if s == nil {
		return nil, page.NotFound(services(r, cluster), "there is no service %s in cluster %s: it was never there, or it was deleted and is forgotten", r.Var("service"), cluster.Name)
	}
	return s, nil
}

func clusters(r *page.Request) (links []page.Link) {
	for _, c := range state.Clusters.List(r.Tx, r.Scope) {
		if c.Active() {
			links = append(links, page.Link{Text: "cluster " + c.Name, To: r.To("clusters", c.Name)})
		}
	}
	return links
}

func services(r *page.Request, c *state.Cluster) (links []page.Link) {
	links = append(links, page.Link{Text: "cluster " + c.Name, To: r.To("clusters", c.Name)})
	for _, s := range state.Services(r.Tx, c) {
		if len(links) <= 20 {
			links = append(links, page.Link{Text: "service " + s.Name, To: r.To("services", c.Name, s.Name)})
		}
	}
	return links
}

func read(r *page.Request) (*page.View, error) {
	s, err := find(r)
	if err != nil {
		return nil, err
	}
	v := &view{Request: r, service: s, shown: overview.ReadService(r.Tx, s, r.Overview())}
	for _, t := range state.Tasks(r.Tx, state.Clusters.Get(r.Tx, s.ClusterARN)) {
		if t.Spec.ServiceARN == s.ARN {
			v.tasks = append(v.tasks, t)
		}
	}
	out := &page.View{
		Title: s.Name, Kind: "Service", Status: v.status(), Summary: v.summary(),
		Trail: []page.Link{{Text: "Overview", To: r.To()}, {Text: arn.Name(s.ClusterARN), To: r.To("clusters", arn.Name(s.ClusterARN))}},
	}
	if r.Query.Get("show") == "logs" {
		out.Sections = []page.Section{v.logs()}
		return out, nil
	}
	out.Sections, err = v.sections()
	return out, err
}

func (v *view) sections() ([]page.Section, error) {
	tasks, err := tasklist.Node(v.Request, "Tasks of the service", v.tasks)
	if err != nil {
		return nil, err
	}
	var all []page.Section
	if v.shown.NotAsWanted != "" {
		if why := v.WhyOf(v.service.ARN); v.Why != nil {
			all = append(all, page.Section{ID: "why", Title: "Why", Wide: true, Body: why})
		}
	}
	if v.service.Deploys() {
		all = append(all, page.Section{ID: "deployments", Title: "Deployments", Wide: true, Body: v.deployments()})
	} else {
		all = append(all, page.Section{ID: "task-sets", Title: "Task sets", Wide: true, Body: v.taskSets()})
	}
	if deployment := v.codeDeployment(); deployment != nil {
		all = append(all, page.Section{ID: "codedeploy", Title: "Deployment by CodeDeploy", Wide: true, Body: deployment})
	}
	if forms := v.forms(); forms != nil {
		all = append(all, page.Section{ID: "change", Title: "Change", Wide: true, Body: forms})
	}
	if groups := v.targets(); groups != nil {
		all = append(all, page.Section{ID: "targets", Title: "Targets", Wide: true, Body: groups})
	}
	if routes := v.routes(); routes != nil {
		all = append(all, page.Section{ID: "gateway-routes", Title: "Routes of gateways", Wide: true, Body: routes})
	}
	all = append(all,
		page.Section{ID: "tasks", Title: "Tasks", Wide: true, Body: g.Group{tasklist.Filter(v.Request, "tasks and events"), page.A("Logs of all tasks", v.With("show", "logs")), tasks}},
		page.Section{ID: "events", Title: "Events", Wide: true, Body: v.events()})
	if scaling := v.scaling(); scaling != nil {
		all = append(all, page.Section{ID: "scaling", Title: "Service auto scaling", Wide: true, Body: scaling})
	}
	past, err := v.past()
	if err != nil {
		return nil, err
	}
	return append(all,
		page.Section{ID: "past", Title: "Service deployments", Wide: true, Body: past},
		page.Section{ID: "configuration", Title: "Configuration", Wide: true, Body: v.configuration()}), nil
}

func (v *view) status() g.Node {
	if v.service.Status() == state.ServiceActive && v.shown.NotAsWanted != "" {
		tone := page.Moving
		if v.shown.Settled {
			tone = page.Bad
		}
		return g.Group{page.Status(v.shown.Status), page.Badge(tone, "not as wanted")}
	}
	return page.Status(v.shown.Status)
}

// summary says how the service is, and what has become of one that was deleted.
func (v *view) summary() string {
	switch v.service.Status() {
	case state.ServiceInactive:
		return "The service was deleted at " + v.service.DeletedAt.UTC().Format("2006-01-02 15:04:05") + " and is INACTIVE: nothing of it runs any more."
	case state.ServiceDraining:
		return fmt.Sprintf("The service was deleted at %s and is DRAINING: %d of its tasks have yet to stop.", v.service.DeletedAt.UTC().Format("2006-01-02 15:04:05"), v.left())
	}
	text := fmt.Sprintf("%d of %d tasks are RUNNING, %d are PENDING.", v.shown.Running, v.shown.Desired, v.shown.Pending)
	if v.shown.NotAsWanted != "" {
		text += " " + strings.ToUpper(v.shown.NotAsWanted[:1]) + v.shown.NotAsWanted[1:] + "."
	}
	return text
}

func (v *view) left() (n int) {
	for _, t := range v.tasks {
		if !t.Ended() {
			n++
		}
	}
	return n
}

// events are the service's messages: the last ten, and the others when they are asked for.
func (v *view) events() g.Node {
	const first = 10
	var rows []page.Row
	for _, e := range state.FindServiceEvents(v.Tx, v.service.ARN) {
		if v.Matches(aws.ToString(e.Message)) {
			rows = append(rows, page.Row{ID: "event-" + aws.ToString(e.Id), Cells: []g.Node{page.Time(aws.ToTime(e.CreatedAt)), page.Text(aws.ToString(e.Message))}})
		}
	}
	heads := []string{"Time", "Message"}
	if len(rows) <= first {
		return page.Table("Newest events", heads, rows)
	}
	return g.Group{
		page.Table("Newest events", heads, rows[:first]),
		page.Details("older-events", fmt.Sprintf("%d older events", len(rows)-first), page.Table("Older events", heads, rows[first:])),
	}
}

// configuration is how the service is to be.
func (v *view) configuration() g.Node {
	s, revision := v.service, v.service.Revision()
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(s.ARN)},
		{Name: "schedulingStrategy", Value: page.Or(string(s.SchedulingStrategy))},
		{Name: "launchType", Value: page.Or(string(revision.TasksLaunchType()))},
		{Name: "deploymentController", Value: page.Or(string(s.DeploymentController))},
		{Name: "createdAt", Value: page.Time(s.CreatedAt)},
		{Name: "role", Value: page.Or(s.Role)},
		{Name: "tags", Value: tags(s.Tags)},
	}
	if c := s.DeploymentConfiguration; c != nil {
		pairs = append(pairs, page.Pair{Name: "strategy", Value: page.Or(string(c.Strategy))})
		if c.MinimumHealthyPercent != nil {
			pairs = append(pairs, page.Pair{Name: "minimumHealthyPercent", Value: page.Number(int(*c.MinimumHealthyPercent))})
		}
		if c.MaximumPercent != nil {
			pairs = append(pairs, page.Pair{Name: "maximumPercent", Value: page.Number(int(*c.MaximumPercent))})
		}
	}
	for _, i := range revision.CapacityProviderStrategy {
		pairs = append(pairs, page.Pair{Name: "capacityProvider", Value: page.Textf("%s, weight %d, base %d", aws.ToString(i.CapacityProvider), i.Weight, i.Base)})
	}
	if n := revision.NetworkConfiguration; n != nil && n.AwsvpcConfiguration != nil {
		pairs = append(pairs, page.Pair{Name: "subnets", Value: page.Text(strings.Join(n.AwsvpcConfiguration.Subnets, ", "))},
			page.Pair{Name: "securityGroups", Value: page.Or(strings.Join(n.AwsvpcConfiguration.SecurityGroups, ", "))})
	}
	return page.Pairs(pairs...)
}

func tags(all []types.Tag) g.Node {
	if len(all) == 0 {
		return page.None()
	}
	return h.Ul(h.Class("links"), g.Map(all, func(t types.Tag) g.Node {
		return h.Li(page.Text(aws.ToString(t.Key) + " = " + aws.ToString(t.Value)))
	}))
}

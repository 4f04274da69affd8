// Package cluster has the page of a cluster: its services, managed daemons, tasks, container instances and capacity providers, and the
// events of all services together.
package cluster

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/runtask"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/tasklist"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{{Pattern: "/clusters/{cluster}", Read: read, Actions: map[string]page.Action{"RunTask": runtask.Action()}}}
}

func read(r *page.Request) (*page.View, error) {
	c := state.Clusters.Find(r.Tx, r.Scope, r.Var("cluster"))
	if c == nil {
		var there []page.Link
		for _, other := range state.Clusters.List(r.Tx, r.Scope) {
			there = append(there, page.Link{Text: "cluster " + other.Name, To: r.To("clusters", other.Name)})
		}
		return nil, page.NotFound(there, "there is no cluster %s in %s", r.Var("cluster"), r.Scope.Region)
	}
	counts := state.FindClusterSummary(r.Tx, c.ARN)
	out := &page.View{
		Title: c.Name, Kind: "Cluster", Status: page.Status(c.Status), Trail: []page.Link{{Text: "Overview", To: r.To()}},
		Summary: fmt.Sprintf("Services: %d ACTIVE. Tasks: %d RUNNING, %d PENDING.", counts.ActiveServices(), counts.Running(), counts.Pending()),
	}
	if !c.Active() {
		out.Summary = "The cluster was deleted and is INACTIVE."
	}
	var err error
	out.Sections, err = sections(r, c)
	return out, err
}

func sections(r *page.Request, c *state.Cluster) ([]page.Section, error) {
	all := state.Services(r.Tx, c)
	listed, err := services(r, all)
	if err != nil {
		return nil, err
	}
	agents, err := daemons(r, c)
	if err != nil {
		return nil, err
	}
	tasks, err := tasklist.Node(r, "Tasks of the cluster", state.Tasks(r.Tx, c))
	if err != nil {
		return nil, err
	}
	machines, err := instances(r, c)
	if err != nil {
		return nil, err
	}
	messages, err := events(r, all)
	if err != nil {
		return nil, err
	}
	sections := []page.Section{
		{ID: "filter", Title: "Search", Wide: true, Body: tasklist.Filter(r, "services, daemons, tasks, container instances and events")},
		{ID: "services", Title: "Services", Wide: true, Body: listed},
		{ID: "daemons", Title: "Daemons", Wide: true, Body: agents},
		{ID: "tasks", Title: "Tasks", Wide: true, Body: tasks},
		{ID: "instances", Title: "Container instances", Wide: true, Body: machines},
		{ID: "events", Title: "Events of all services", Wide: true, Body: messages},
		{ID: "providers", Title: "Capacity providers", Body: providers(r, c)},
	}
	if c.Active() && !r.ReadOnly {
		sections = append(sections, page.Section{ID: "run", Title: "Run a task", Body: runtask.Form(r, c.Name, "")})
	}
	return sections, nil
}

// services are those that are not INACTIVE, by name.
func services(r *page.Request, all []*state.Service) (g.Node, error) {
	var there []*state.Service
	for _, s := range all {
		if s.Status() != state.ServiceInactive && r.Matches(s.Name, arn.Name(s.Revision().TaskDefinition)) {
			there = append(there, s)
		}
	}
	list, paging, err := page.List(r, "services", there, func(s *state.Service) string { return s.Name }, func(x, y *state.Service) int { return strings.Compare(x.Name, y.Name) })
	if err != nil {
		return nil, err
	}
	var rows []page.Row
	for _, s := range list {
		shown := overview.ReadService(r.Tx, s, overview.Options{})
		how := page.None()
		if shown.NotAsWanted != "" {
			how = page.Text(shown.NotAsWanted)
		}
		definition, rollout := revisionOf(r, s, &shown)
		rows = append(rows, page.Row{ID: "service-" + s.Name, Cells: []g.Node{
			page.A(s.Name, r.To("services", arn.Name(s.ClusterARN), s.Name)), page.Status(shown.Status), page.Textf("%d of %d", shown.Running, shown.Desired), page.Number(shown.Pending),
			definition, rollout, how,
		}})
	}
	return g.Group{page.Table("Services of the cluster", []string{"Service", "Status", "RUNNING", "PENDING", "Definition", "Rollout", "Not as wanted"}, rows), r.Pages(paging)}, nil
}

// revisionOf is the task definition that a service shows, and how far its PRIMARY deployment has come. One without deployments
// has the task definition of its PRIMARY task set, if there is one, and counts the sets.
func revisionOf(r *page.Request, s *state.Service, shown *overview.Service) (definition, rollout g.Node) {
	definition, rollout = page.None(), page.Textf("%d task sets", len(shown.TaskSets))
	if name := arn.Name(s.Revision().TaskDefinition); name != "" {
		family, revision, _ := strings.Cut(name, ":")
		definition = page.A(name, r.To("definitions", family, revision))
	}
	if s.Deploys() {
		rollout = page.Status(shown.Deployments[0].RolloutState)
	}
	return definition, rollout
}

func instances(r *page.Request, c *state.Cluster) (g.Node, error) {
	var there []*state.ContainerInstance
	for _, i := range state.ContainerInstances(r.Tx, c) {
		if i.Status != state.InstanceInactive && r.Matches(arn.Name(i.ARN), i.EC2InstanceID, i.Status, i.Zone, page.Engine(i.Host), i.CapacityProvider) {
			there = append(there, i)
		}
	}
	id := func(i *state.ContainerInstance) string { return arn.Name(i.ARN) }
	list, paging, err := page.List(r, "instances", there, id, func(x, y *state.ContainerInstance) int { return strings.Compare(x.ARN, y.ARN) })
	if err != nil {
		return nil, err
	}
	var rows []page.Row
	for _, i := range list {
		used := state.FindInstanceUsage(r.Tx, i.ARN)
		agent := page.Badge(page.Good, "connected")
		if !i.AgentConnected {
			agent = page.Badge(page.Bad, "not connected")
		}
		rows = append(rows, page.Row{ID: "instance-" + id(i), Cells: []g.Node{
			page.A(page.ShortID(id(i)), r.To("instances", c.Name, id(i))), page.Status(i.Status), agent, page.Or(i.EC2InstanceID), page.Or(strings.TrimSpace(i.Zone + " " + page.Engine(i.Host))), page.Number(used.Running), page.Number(used.Pending),
			page.Textf("%d of %d", i.Registered.CPU-used.CPU, i.Registered.CPU), page.Textf("%d of %d", i.Registered.Memory-used.Memory, i.Registered.Memory),
		}})
	}
	heads := []string{"Container instance", "Status", "Agent", "EC2 instance", "Zone", "RUNNING", "PENDING", "CPU left", "MiB left"}
	return g.Group{page.Table("Container instances of the cluster", heads, rows), r.Pages(paging)}, nil
}

// event is a message of a service.
type event struct {
	service *state.Service
	id      string
	at      time.Time
	message string
}

// events are the messages of all services, the newest first.
func events(r *page.Request, all []*state.Service) (g.Node, error) {
	var there []event
	for _, s := range all {
		for _, e := range state.FindServiceEvents(r.Tx, s.ARN) {
			if message := aws.ToString(e.Message); r.Matches(message) {
				there = append(there, event{s, aws.ToString(e.Id), aws.ToTime(e.CreatedAt), message})
			}
		}
	}
	list, paging, err := page.List(r, "events", there, func(e event) string { return e.id }, func(x, y event) int {
		return cmp.Or(y.at.Compare(x.at), strings.Compare(x.id, y.id))
	})
	if err != nil {
		return nil, err
	}
	var rows []page.Row
	for _, e := range list {
		rows = append(rows, page.Row{ID: "event-" + e.id, Cells: []g.Node{
			page.Time(e.at), page.A(e.service.Name, r.To("services", arn.Name(e.service.ClusterARN), e.service.Name)), page.Text(e.message),
		}})
	}
	return g.Group{page.Table("Events, the newest first", []string{"Time", "Service", "Message"}, rows), r.Pages(paging)}, nil
}

// providers are the capacity providers of the cluster.
func providers(r *page.Request, c *state.Cluster) g.Node {
	var rows []page.Row
	for _, name := range c.CapacityProviders {
		cells := []g.Node{page.Text(name), page.None(), page.None(), page.None()}
		if p := capacityprovider.Providers.Find(r.Tx, r.Scope, name); p != nil {
			cells[1], cells[2] = page.Status(string(p.Status)), page.Or(p.Group)
			cells[3] = page.Textf("%d tasks", len(state.WaitingTasks(r.Tx, c.ARN, name)))
		}
		rows = append(rows, page.Row{ID: "provider-" + name, Cells: cells})
	}
	body := g.Group{page.Table("Capacity providers", []string{"Provider", "Status", "Auto Scaling group", "Wait for it"}, rows)}
	if len(c.DefaultCapacityProviderStrategy) == 0 {
		return body
	}
	return append(body, h.P(page.Text("Default strategy: "+strategy(c.DefaultCapacityProviderStrategy))))
}

func strategy(items []types.CapacityProviderStrategyItem) string {
	var texts []string
	for _, i := range items {
		texts = append(texts, fmt.Sprintf("%s, weight %d, base %d", aws.ToString(i.CapacityProvider), i.Weight, i.Base))
	}
	return strings.Join(texts, "; ")
}

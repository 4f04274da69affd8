// Package task has the page of a task: a bar of its times, its containers, addresses and output, and what can be done
// with it.
package task

import (
	"fmt"
	"strings"

	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/tasklist"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{{
		Pattern: "/tasks/{cluster}/{task}", Read: read,
		Actions: map[string]page.Action{"StopTask": {Ask: askStop, Do: stop}, "UpdateTaskProtection": {Do: protect}},
	}}
}

// view collects what the page shows of a task.
type view struct {
	*page.Request
	task *state.Task
}

// find finds the task of a request, also by the beginning of its id.
func find(r *page.Request) (*state.Task, error) {
	cluster := state.Clusters.Find(r.Tx, r.Scope, r.Var("cluster"))
	if cluster == nil {
		return nil, page.NotFound(nil, "there is no cluster %s in %s", r.Var("cluster"), r.Scope.Region)
	}
	id := r.Var("task")
	if t := state.FindTask(r.Tx, r.Scope.Task(cluster.Name, id)); t != nil {
		return t, nil
	}
	links := []page.Link{{Text: "cluster " + cluster.Name, To: r.To("clusters", cluster.Name)}}
	var found []*state.Task
	for _, t := range state.Tasks(r.Tx, cluster) {
		if strings.HasPrefix(arn.Name(t.ARN), id) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, page.NotFound(links, "there is no task %s in cluster %s: stopped tasks are known for an hour of the emulator's clock", id, cluster.Name)
	}
	for _, t := range found[:min(len(found), 20)] {
		links = append(links, page.Link{Text: "task " + arn.Name(t.ARN), To: r.To("tasks", cluster.Name, arn.Name(t.ARN))})
	}
	return nil, page.NotFound(links, "%d tasks of cluster %s have an id that begins with %s", len(found), cluster.Name, id)
}

func read(r *page.Request) (*page.View, error) {
	t, err := find(r)
	if err != nil {
		return nil, err
	}
	v := &view{r, t}
	cluster := arn.ClusterName(t.ARN)
	out := &page.View{
		Title: page.ShortID(arn.Name(t.ARN)), Kind: "Task of " + t.Spec.Group, Status: g.Group{tasklist.LastStatus(t), h.Text(" "), health(t)}, Summary: v.summary(),
		Trail: []page.Link{{Text: "Overview", To: r.To()}, {Text: cluster, To: r.To("clusters", cluster)}},
	}
	if t.Spec.ServiceARN != "" {
		out.Trail = append(out.Trail, page.Link{Text: arn.Name(t.Spec.ServiceARN), To: r.To("services", cluster, arn.Name(t.Spec.ServiceARN))})
	}
	if v.Why != nil && (t.Stop != nil || overview.TaskNotAsWanted(t) != "") {
		out.Sections = append(out.Sections, page.Section{ID: "why", Title: "Why", Wide: true, Body: v.WhyOf(t.ARN)})
	}
	out.Sections = append(out.Sections,
		page.Section{ID: "times", Title: "Times", Wide: true, Body: v.times()},
		page.Section{ID: "containers", Title: "Containers", Wide: true, Body: v.containers()},
		page.Section{ID: "network", Title: "Addresses", Body: v.network()},
		page.Section{ID: "about", Title: "Task", Body: v.about()})
	if forms := v.forms(); forms != nil {
		out.Sections = append(out.Sections, page.Section{ID: "change", Title: "Change", Body: forms})
	}
	if !t.Ended() {
		out.Sections = append(out.Sections, page.Section{ID: "exec", Title: "A shell in it", Body: v.exec()})
	}
	out.Sections = append(out.Sections, page.Section{ID: "logs", Title: "Logs", Wide: true, Body: v.logs()})
	return out, nil
}

func health(t *state.Task) g.Node {
	if t.Status.HealthStatus == "" {
		return nil
	}
	return page.Status(string(t.Status.HealthStatus))
}

func (v *view) summary() string {
	t := v.task
	switch {
	case t.Stop != nil && t.Ended():
		return fmt.Sprintf("STOPPED, %s: %s", t.Stop.Code, t.Stop.Reason)
	case t.Stop != nil:
		return fmt.Sprintf("%s, is to stop, %s: %s", t.Status.LastStatus, t.Stop.Code, t.Stop.Reason)
	case t.WaitsForEngine():
		return "It waits for a container engine: " + t.Placement.Waiting.Reason
	case t.Waits():
		return "It waits for a container instance: " + t.Placement.Waiting.Reason
	}
	if why := overview.TaskNotAsWanted(t); why != "" {
		return why
	}
	return "It runs as wanted."
}

// times draws the times of the task.
func (v *view) times() g.Node {
	t := v.task
	marks := []page.Mark{
		{Name: "createdAt", At: t.Spec.CreatedAt}, {Name: "connectivityAt", At: t.Status.ConnectivityAt}, {Name: "pullStartedAt", At: t.Status.PullStartedAt},
		{Name: "pullStoppedAt", At: t.Status.PullStoppedAt}, {Name: "startedAt", At: t.Status.StartedAt},
	}
	if t.Stop != nil {
		marks = append(marks, page.Mark{Name: "stoppingAt", At: t.Stop.At})
	}
	marks = append(marks, page.Mark{Name: "executionStoppedAt", At: t.Status.ExecutionStoppedAt}, page.Mark{Name: "stoppedAt", At: t.Status.StoppedAt})
	sorting.By(marks, func(a, b page.Mark) int { return a.At.Compare(b.At) })
	return page.Bar("bar", "Times of the task", marks, t.Ended())
}

func (v *view) containers() g.Node {
	var rows []page.Row
	proxy := v.task.ProxyName()
	for i := range v.task.Status.Containers {
		c := &v.task.Status.Containers[i]
		exit := page.None()
		if c.ExitCode != nil {
			exit = page.Number(int(*c.ExitCode))
		}
		name := g.Group{page.Text(c.Name)}
		if c.Name == proxy {
			name = append(name, h.Div(h.Small(page.Text("proxy of Service Connect"))))
		}
		rows = append(rows, page.Row{ID: "container-" + c.Name, Cells: []g.Node{
			name, page.Status(c.LastStatus()), page.Status(string(c.HealthStatus)), exit, page.Or(c.Reason), page.Code(c.Image), page.Number(c.Restarts), page.Time(c.StartedAt), page.Time(c.StoppedAt),
		}})
	}
	return page.Table("Containers", []string{"Container", "lastStatus", "Health", "exitCode", "Reason", "Image", "Restarts", "Started", "Stopped"}, rows)
}

func (v *view) network() g.Node {
	t := v.task
	address := t.Status.Attachment.PrivateIPv4
	if address == "" && t.Placement.ContainerInstance != "" && !t.Ended() && v.InstanceIP != nil {
		address = v.InstanceIP(t.ARN)
	}
	pairs := []page.Pair{
		{Name: "private IPv4 address", Value: page.Or(address)}, {Name: "network interface", Value: page.Or(t.Status.Attachment.NetworkID)},
		{Name: "subnet", Value: page.Or(t.Placement.SubnetID)}, {Name: "availabilityZone", Value: page.Or(t.Placement.Zone)},
		{Name: "securityGroups", Value: page.Or(strings.Join(t.Spec.SecurityGroups, ", "))},
	}
	if t.Placement.Host != "" {
		pairs = append(pairs, page.Pair{Name: "engine", Value: page.Text(t.Placement.Host)})
	}
	var rows []page.Row
	if !t.Ended() && v.Ports != nil {
		for _, p := range v.Ports(t.ARN) {
			rows = append(rows, page.Row{ID: page.ID("port", p.Address, p.Protocol), Cells: []g.Node{page.Code(p.Address), page.Text(p.Container), page.Textf("%d/%s", p.ContainerPort, p.Protocol)}})
		}
	}
	body := g.Group{page.Pairs(pairs...), page.Table("Ports of this machine that lead to the task", []string{"Address", "Container", "Port"}, rows)}
	return append(body, v.targets())
}

// targets shows the targets of target groups that lead requests to the task.
func (v *view) targets() g.Node {
	if v.task.Traffic == nil || len(v.task.Traffic.Targets) == 0 {
		return nil
	}
	var rows []page.Row
	for _, target := range v.task.Traffic.Targets {
		group := target.Group[strings.LastIndex(target.Group, ":")+1:]
		rows = append(rows, page.Row{ID: fmt.Sprintf("target-%s-%d", group, target.Port), Cells: []g.Node{
			page.Text(group), page.Code(fmt.Sprintf("%s:%d", target.ID, target.Port)), page.Status(target.State), page.Or(target.Description + target.Lost + target.Refused),
		}})
	}
	return page.Table("Targets", []string{"Target group", "Target", "State", "Reason"}, rows)
}

func (v *view) about() g.Node {
	t := v.task
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(t.ARN)}, {Name: "taskDefinition", Value: tasklist.DefinitionLink(v.Request, t)}, {Name: "group", Value: page.Text(t.Spec.Group)},
		{Name: "launchType", Value: page.Or(string(t.Spec.LaunchType))}, {Name: "capacityProvider", Value: page.Or(t.Placement.CapacityProvider)},
		{Name: "startedBy", Value: page.Or(t.Spec.StartedBy)}, {Name: "cpu (units)", Value: page.Or(t.Spec.CPU)}, {Name: "memory (MiB)", Value: page.Or(t.Spec.Memory)},
		{Name: "version", Value: page.Number(int(t.Version))},
	}
	if instance := t.Placement.ContainerInstance; instance != "" {
		id := arn.Name(instance)
		pairs = append(pairs, page.Pair{Name: "container instance", Value: page.A(page.ShortID(id), v.To("instances", arn.ClusterName(t.ARN), id))})
	}
	if t.Protected(v.Now) {
		pairs = append(pairs, page.Pair{Name: "protected until", Value: page.Time(t.ProtectedUntil)})
	}
	for _, tag := range t.Tags {
		if tag.Key != nil && tag.Value != nil {
			pairs = append(pairs, page.Pair{Name: "tag " + page.Visible(*tag.Key), Value: page.Text(*tag.Value)})
		}
	}
	return page.Pairs(pairs...)
}

// exec has a command for each container that runs.
func (v *view) exec() g.Node {
	var commands g.Group
	for i, c := range v.task.Status.Containers {
		if c.LastStatus() != state.Running || c.Name == v.task.ProxyName() {
			continue
		}
		id := fmt.Sprintf("exec-%d", i)
		command := "ecs-emulator exec " + page.ShortID(arn.Name(v.task.ARN))
		if len(v.task.Status.Containers) > 1 {
			command += " " + c.Name
		}
		commands = append(commands, h.P(h.Code(h.ID(id), page.Text(command)), h.Text(" "),
			h.Button(h.Type("button"), h.Data("copy", id), h.Aria("label", "Copy the command for container "+page.Visible(c.Name)), h.Text("Copy"))))
	}
	if len(commands) == 0 {
		return page.Note("No container runs.")
	}
	if !v.task.Spec.EnableExecuteCommand {
		commands = append(commands, page.Note("The task was started without enableExecuteCommand, so that ECS Exec refuses a session."))
	}
	return commands
}

const mostLines = 200

func (v *view) logs() g.Node {
	var containers []page.Container
	for _, c := range v.task.Status.Containers {
		if c.StartedAt.IsZero() {
			continue
		}
		from := page.Container{TaskARN: v.task.ARN, Name: c.Name, Restarts: c.Restarts}
		if len(v.task.Status.Containers) > 1 {
			from.Label = c.Name
		}
		containers = append(containers, from)
	}
	lines, err := v.Output(containers, mostLines)
	body := g.Group{page.Lines("output", "Output of the task's containers", lines)}
	if err != nil {
		body = append(body, page.Note("Not all can be read: "+err.Error()))
	}
	return body
}

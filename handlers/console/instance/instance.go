// Package instance has the page of a container instance: what of its CPU, memory, ports and network interfaces which task
// has.
package instance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	h "github.com/ecs-emulator/ecs-emulator/handlers/console/element"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/tasklist"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Pages are the pages of this package.
func Pages() []page.Page {
	return []page.Page{{
		Pattern: "/instances/{cluster}/{instance}", Read: read,
		Actions: map[string]page.Action{"UpdateContainerInstancesState": {Ask: ask, Do: update}},
	}}
}

func find(r *page.Request) (*state.ContainerInstance, error) {
	cluster := state.Clusters.Find(r.Tx, r.Scope, r.Var("cluster"))
	if cluster == nil {
		return nil, page.NotFound(nil, "there is no cluster %s in %s", r.Var("cluster"), r.Scope.Region)
	}
	if i := state.FindContainerInstance(r.Tx, r.Scope.ContainerInstance(cluster.Name, r.Var("instance"))); i != nil {
		return i, nil
	}
	links := []page.Link{{Text: "cluster " + cluster.Name, To: r.To("clusters", cluster.Name)}}
	for _, i := range state.ContainerInstances(r.Tx, cluster) {
		if id := arn.Name(i.ARN); i.Status != state.InstanceInactive && len(links) <= 20 {
			links = append(links, page.Link{Text: "container instance " + id, To: r.To("instances", cluster.Name, id)})
		}
	}
	return nil, page.NotFound(links, "there is no container instance %s in cluster %s", r.Var("instance"), cluster.Name)
}

func read(r *page.Request) (*page.View, error) {
	i, err := find(r)
	if err != nil {
		return nil, err
	}
	cluster := arn.ClusterName(i.ARN)
	used := state.FindInstanceUsage(r.Tx, i.ARN)
	out := &page.View{
		Title: page.ShortID(arn.Name(i.ARN)), Kind: "Container instance", Status: g.Group{page.Status(i.Status), h.Text(" "), agent(i)},
		Summary: fmt.Sprintf("Tasks: %d RUNNING, %d PENDING.", used.Running, used.Pending),
		Trail:   []page.Link{{Text: "Overview", To: r.To()}, {Text: cluster, To: r.To("clusters", cluster)}},
	}
	if r.Why != nil && !i.AgentConnected && i.Status != state.InstanceInactive {
		out.Sections = append(out.Sections, page.Section{ID: "why", Title: "Why", Wide: true, Body: r.WhyOf(i.ARN)})
	}
	tasks := state.InstanceTasks(r.Tx, i.ARN)
	list, err := tasklist.Node(r, "Tasks of the container instance that have not stopped", tasks)
	if err != nil {
		return nil, err
	}
	out.Sections = append(out.Sections,
		page.Section{ID: "resources", Title: "Resources", Wide: true, Body: resources(i, used)},
		page.Section{ID: "shares", Title: "Who has what", Wide: true, Body: shares(r, tasks)},
		page.Section{ID: "tasks", Title: "Tasks", Wide: true, Body: g.Group{tasklist.Filter(r, "tasks"), list}},
		page.Section{ID: "about", Title: "Container instance", Body: about(r, i)})
	if forms := forms(r, i); forms != nil {
		out.Sections = append(out.Sections, page.Section{ID: "change", Title: "Change", Body: forms})
	}
	return out, nil
}

func agent(i *state.ContainerInstance) g.Node {
	switch {
	case i.Status == state.InstanceInactive:
		return nil
	case i.AgentConnected:
		return page.Badge(page.Good, "agent connected")
	}
	return page.Badge(page.Bad, "agent not connected")
}

func resources(i *state.ContainerInstance, used *state.InstanceUsage) g.Node {
	row := func(name, unit string, all, taken int) page.Row {
		return page.Row{ID: "resource-" + name, Cells: []g.Node{page.Text(name + unit), page.Number(all), page.Number(taken), page.Number(all - taken)}}
	}
	rows := []page.Row{
		row("CPU", " (units)", i.Registered.CPU, used.CPU), row("MEMORY", " (MiB)", i.Registered.Memory, used.Memory),
		row("ENI", "", i.Registered.ENIs, used.ENIs), row("GPU", "", len(i.Registered.GPUs), len(used.GPUs)),
	}
	return g.Group{
		page.Table("Registered and remaining resources", []string{"Resource", "Registered", "Tasks have", "Remaining"}, rows),
		page.Pairs(
			page.Pair{Name: "PORTS (TCP) from the start", Value: ports(i.Registered.Ports)}, page.Pair{Name: "PORTS_UDP from the start", Value: ports(i.Registered.PortsUDP)},
			page.Pair{Name: "PORTS (TCP) of tasks", Value: ports(used.Ports)}, page.Pair{Name: "PORTS_UDP of tasks", Value: ports(used.PortsUDP)}),
	}
}

func ports(list []uint16) g.Node {
	var texts []string
	for _, port := range list[:min(len(list), page.MostRows)] {
		texts = append(texts, strconv.Itoa(int(port)))
	}
	if len(list) > page.MostRows {
		texts = append(texts, "…")
	}
	return page.Or(strings.Join(texts, ", "))
}

// shares are what each task has of the instance.
func shares(r *page.Request, tasks []*state.Task) g.Node {
	var rows []page.Row
	for _, t := range tasks[:min(len(tasks), page.MostRows)] {
		id := arn.Name(t.ARN)
		cells := []g.Node{page.A(page.ShortID(id), r.To("tasks", arn.ClusterName(t.ARN), id)), page.Text(t.Spec.Group), page.None(), page.None(), page.None(), page.None(), page.None()}
		if reserved := t.Spec.Reserved; reserved != nil {
			cells[2], cells[3] = page.Number(reserved.CPU), page.Number(reserved.Memory)
			if reserved.ENI {
				cells[5] = page.Or(t.Status.Attachment.NetworkID)
			}
		}
		cells[4] = ports(hostPorts(t))
		if len(t.Placement.GPUs) > 0 {
			cells[6] = page.Text(strings.Join(t.Placement.GPUs, ", "))
		}
		rows = append(rows, page.Row{ID: "share-" + id, Cells: cells})
	}
	return page.Table("What tasks have of the container instance", []string{"Task", "Group", "CPU (units)", "Memory (MiB)", "Host ports", "Network interface", "GPUs"}, rows)
}

// hostPorts are those that the definition names, and those that containers have got.
func hostPorts(t *state.Task) (list []uint16) {
	if reserved := t.Spec.Reserved; reserved != nil {
		list = slices.Concat(reserved.Ports, reserved.PortsUDP)
	}
	for _, c := range t.Status.Containers {
		for _, b := range c.Bindings {
			for more := range b.Count() {
				list = append(list, b.HostPort+uint16(more))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func about(r *page.Request, i *state.ContainerInstance) g.Node {
	pairs := []page.Pair{
		{Name: "ARN", Value: page.Code(i.ARN)}, {Name: "ec2InstanceId", Value: page.Or(i.EC2InstanceID)}, {Name: "launchType", Value: page.Or(string(i.LaunchType))},
		{Name: "availabilityZone", Value: page.Or(i.Zone)}, {Name: "subnet", Value: page.Or(i.Subnet)}, {Name: "capacityProviderName", Value: page.Or(i.CapacityProvider)},
		{Name: "registeredAt", Value: page.Time(i.RegisteredAt)},
	}
	if i.Host != "" {
		pairs = append(pairs, page.Pair{Name: "engine", Value: page.Text(i.Host)})
	}
	if machine := ec2.FindInstance(r.Tx, r.Scope, i.EC2InstanceID); machine != nil {
		pairs = append(pairs, page.Pair{Name: "instanceType", Value: page.Or(machine.Type)}, page.Pair{Name: "private IPv4 address", Value: page.Or(machine.PrivateIP)})
	}
	var rows []page.Row
	for _, a := range i.Attributes {
		rows = append(rows, page.Row{Cells: []g.Node{page.Text(aws.ToString(a.Name)), page.Or(aws.ToString(a.Value))}})
	}
	return g.Group{page.Pairs(pairs...), page.Details("attributes", fmt.Sprintf("%d attributes", len(rows)), page.Table("Attributes", []string{"Name", "Value"}, rows))}
}

func forms(r *page.Request, i *state.ContainerInstance) g.Node {
	switch {
	case r.ReadOnly:
		return nil
	case i.Status == state.InstanceActive:
		return r.Post(page.Form{ID: "drain", Action: "UpdateContainerInstancesState", Submit: "Drain", Danger: true, Fields: []page.Field{page.Hidden("status", state.InstanceDraining)}})
	case i.Status == state.InstanceDraining:
		return r.Post(page.Form{ID: "activate", Action: "UpdateContainerInstancesState", Submit: "Activate", Fields: []page.Field{page.Hidden("status", state.InstanceActive)}})
	}
	return nil
}

// ask asks before an instance is drained. What is to be ACTIVE again needs no question.
func ask(r *page.Request) (*page.Question, error) {
	i, err := find(r)
	if err != nil || r.Field("status") != state.InstanceDraining {
		return nil, err
	}
	return &page.Question{
		Title: "Drain container instance " + page.ShortID(arn.Name(i.ARN)) + "?", Yes: "Yes, drain it",
		Text: "UpdateContainerInstancesState with status DRAINING: it gets no new tasks, and services replace the tasks that it has.",
	}, nil
}

func update(r *page.Request) (to string, err error) {
	i, err := find(r)
	if err != nil {
		return "", err
	}
	var out ecs.UpdateContainerInstancesStateOutput
	if err := r.Do("ecs", "UpdateContainerInstancesState", &ecs.UpdateContainerInstancesStateInput{
		Cluster: aws.String(r.Var("cluster")), ContainerInstances: []string{i.ARN}, Status: types.ContainerInstanceStatus(r.Field("status")),
	}, &out); err != nil {
		return "", err
	}
	if len(out.Failures) > 0 {
		return "", page.Failed(out.Failures[0])
	}
	return "", nil
}

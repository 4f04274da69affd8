package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
)

// portsOfLoadBalancers is what this command reads of the answer of /_emulator/loadbalancers.
type portsOfLoadBalancers struct {
	LoadBalancers []struct {
		LoadBalancerARN, DNSName string
		Listeners                []struct {
			Port           int
			Protocol       string
			LocalAddresses []string
		}
	}
}

var portsCommand = subcommand{
	name:    "ports",
	summary: "show which ports of this host lead to tasks and load balancers",
	examples: []example{
		{"ecs-emulator ports 8615d354", "of one task"},
		{"ecs-emulator ports web --url", "where to ask a service, for scripts"},
	},
	arguments: []argument{{name: "service or task", about: "name or ARN of a service, id or ARN of a task (default: all tasks and load balancers)", optional: true}},
	declare:   declarePorts,
}

// declarePorts prints the ports of this host that lead to the tasks and load balancers of a running
// emulator, a line for each.
func declarePorts(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	one := declarePortURL(flags)
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		query := url.Values{"of": {args[0]}, "cluster": {one.cluster}}
		if one.url {
			return one.print(ctx, *endpoint, query, stdout)
		}
		var tasks portsOfTasks
		if err := askJSON(ctx, http.MethodGet, *endpoint, "tasks", query, &tasks); err != nil {
			return err
		}
		if tasks.Note != "" {
			fmt.Fprintln(stderr, tasks.Note)
		}
		rows := tasks.rows()
		if args[0] == "" {
			var balancers portsOfLoadBalancers
			if err := askJSON(ctx, http.MethodGet, *endpoint, "loadbalancers", nil, &balancers); err != nil {
				return err
			}
			rows = append(rows, balancers.rows()...)
		}
		screen, _ := terminal.Of(stdout)
		_, err := io.WriteString(stdout, text.Listing{Rows: rows, Names: []int{2, 3, 4}}.Fit(screen.Width))
		return err
	}
}

// rows begin with what a client connects to.
func (p portsOfTasks) rows() (rows [][]string) {
	for _, t := range p.Tasks {
		for _, c := range t.Containers {
			for _, port := range c.Ports {
				rows = append(rows, []string{port.Address, strconv.Itoa(port.ContainerPort) + "/" + port.Protocol, c.Name, t.Group, t.Cluster + "/" + t.ID})
			}
		}
	}
	return rows
}

// rows have the columns of tasks, with the port of the listener and the DNS name of the load balancer.
func (p portsOfLoadBalancers) rows() (rows [][]string) {
	for _, b := range p.LoadBalancers {
		name := path.Base(path.Dir(b.LoadBalancerARN)) // loadbalancer/app/NAME/ID
		for _, l := range b.Listeners {
			for _, address := range l.LocalAddresses {
				rows = append(rows, []string{address, strconv.Itoa(l.Port) + "/" + strings.ToLower(l.Protocol), "-", "load-balancer:" + name, b.DNSName})
			}
		}
	}
	return rows
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
)

// portsOfTasks is what this command reads of the answer of /_emulator/tasks.
type portsOfTasks struct {
	Tasks []struct {
		ID, Cluster, Group string
		Containers         []struct {
			Name  string
			Ports []struct {
				ContainerPort     int
				Protocol, Address string
			}
		}
	}
	Note string
}

var portsCommand = subcommand{
	name:      "ports",
	summary:   "show which ports of this host lead to which tasks",
	examples:  []example{{"ecs-emulator ports 8615d354", "of one task"}},
	arguments: []argument{{name: "task", about: "id or ARN of a task (default: all tasks)", optional: true}},
	declare:   declarePorts,
}

// declarePorts prints the ports of this host that lead to the tasks of a running emulator, a line
// for each.
func declarePorts(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		query := url.Values{}
		if args[0] != "" {
			query.Set("task", args[0])
		}
		response, err := ask(ctx, http.MethodGet, *endpoint, "tasks", query, nil)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		var answer portsOfTasks
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
			return fmt.Errorf("read the emulator's tasks: %w", err)
		}
		if answer.Note != "" {
			fmt.Fprintln(stderr, answer.Note)
		}
		return answer.print(stdout)
	}
}

// print begins each line with what a client connects to.
func (p portsOfTasks) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, t := range p.Tasks {
		for _, c := range t.Containers {
			for _, port := range c.Ports {
				fmt.Fprintf(table, "%s\t%d/%s\t%s\t%s\t%s/%s\n", port.Address, port.ContainerPort, port.Protocol, c.Name, t.Group, t.Cluster, t.ID)
			}
		}
	}
	return table.Flush()
}

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

// ports prints the ports of this host that lead to the tasks of a running emulator, a line
// for each.
func ports(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := newFlags("ports", " [task]", stderr)
	endpoint := endpointFlag(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	query := url.Values{}
	switch flags.NArg() {
	case 0:
	case 1:
		query.Set("task", flags.Arg(0))
	default:
		return usageError{fmt.Errorf("unexpected argument %q", flags.Arg(1))}
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

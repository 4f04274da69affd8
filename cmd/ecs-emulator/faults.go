package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
)

// fault is what the emulator's /_emulator/faults takes and gives.
type fault struct {
	ID        string `json:"id,omitempty"`
	Kind      string `json:"kind"`
	Image     string `json:"image,omitempty"`
	Family    string `json:"family,omitempty"`
	Container string `json:"container,omitempty"`
	Instance  string `json:"instance,omitempty"`
	Cluster   string `json:"cluster,omitempty"`
	Seed      uint64 `json:"seed,omitempty"`
	Error     string `json:"error,omitempty"`
	Delay     string `json:"delay,omitempty"`
	Times     int    `json:"times,omitempty"`
	For       string `json:"for,omitempty"`
	Used      int    `json:"used,omitempty"`
}

var faultKinds = []string{"pull", "start", "crash", "engine-away", "terminate-instance", "disconnect-agent", "cut-off-instance"}

var listFaultsCommand = subcommand{
	name:    "faults list",
	summary: "list what is to go wrong",
	declare: func(flags *flagSet) action {
		endpoint := endpointFlag(flags)
		return func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
			return listFaults(ctx, *endpoint, stdout)
		}
	},
}

func listFaults(ctx context.Context, endpoint string, stdout io.Writer) error {
	var all struct{ Faults []fault }
	if err := askJSON(ctx, http.MethodGet, endpoint, "faults", nil, nil, &all); err != nil {
		return err
	}
	if len(all.Faults) == 0 {
		fmt.Fprintln(stdout, "no faults")
		return nil
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tKIND\tWHERE\tWHAT\tUSED")
	for _, f := range all.Faults {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", f.ID, f.Kind, f.where(), f.what(), f.Used)
	}
	return table.Flush()
}

// where says whose containers a fault is about.
func (f fault) where() string {
	return joined("everywhere", "image", f.Image, "family", f.Family, "container", f.Container, "instance", f.Instance, "cluster", f.Cluster)
}

// what says how a fault goes wrong.
func (f fault) what() string {
	times := ""
	if f.Times > 0 {
		times = fmt.Sprint(f.Times)
	}
	return joined("-", "delay", f.Delay, "times", times, "for", f.For, "error", f.Error)
}

// joined lists names and values that are not empty.
func joined(none string, pairs ...string) string {
	var list []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, pairs[i]+" "+pairs[i+1])
		}
	}
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}

var addFaultCommand = subcommand{
	name:    "faults add",
	summary: "have pulls, starts, containers, instances or the engine fail",
	examples: []example{
		{"ecs-emulator faults add start --family web --error 'no space left on device'", "tasks of the family web do not start"},
		{"ecs-emulator faults add pull --image 'nginx:*' --delay 90s --times 1", "the next pull takes 90 seconds"},
		{"ecs-emulator faults add terminate-instance --cluster default", ""},
	},
	arguments: []argument{{name: "kind", about: "kind of fault: " + strings.Join(faultKinds, ", "), values: faultKinds}},
	declare:   declareAddFault,
}

func declareAddFault(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	var f fault
	flags.StringVar(&f.Image, "image", "", "`pattern` of the image's reference; * stands for any text")
	flags.StringVar(&f.Family, "family", "", "`pattern` of the task definition's family")
	flags.StringVar(&f.Container, "container", "", "`pattern` of the container's name")
	flags.StringVar(&f.Instance, "instance", "", "`id` of a container instance or EC2 instance (default: a random one)")
	flags.StringVar(&f.Cluster, "cluster", "", "`cluster` from which to pick a random container instance")
	flags.Uint64Var(&f.Seed, "seed", 0, "`number` that picks the same instance again (0: another one each time)")
	flags.StringVar(&f.Error, "error", "", "`text` with which a pull or a start fails")
	flags.StringVar(&f.Delay, "delay", "", "`duration` of a pull or a start, or from a start to the crash: 90s, 5m")
	flags.IntVar(&f.Times, "times", 0, "`number` of times that it happens (0: always)")
	flags.StringVar(&f.For, "for", "", "`duration` after which it ends, on the emulator's clock")
	return func(ctx context.Context, args []string, stdout, _ io.Writer) error {
		f.Kind = args[0]
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		var added fault
		if err := askJSON(ctx, http.MethodPost, *endpoint, "faults", nil, bytes.NewReader(body), &added); err != nil {
			return err
		}
		fmt.Fprintln(stdout, added.ID)
		return nil
	}
}

var clearFaultsCommand = subcommand{
	name:      "faults clear",
	summary:   "end one fault, or all",
	arguments: []argument{{name: "id", about: "that faults add and faults list show (default: all faults)", optional: true}},
	declare: func(flags *flagSet) action {
		endpoint := endpointFlag(flags)
		return func(ctx context.Context, args []string, _, _ io.Writer) error {
			query := url.Values{}
			if args[0] != "" {
				query.Set("id", args[0])
			}
			return askJSON(ctx, http.MethodDelete, *endpoint, "faults", query, nil, nil)
		}
	},
}

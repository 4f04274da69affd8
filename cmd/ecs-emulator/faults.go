package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/ecs-emulator/ecs-emulator/internal/base/userfile"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
)

var listFaultsCommand = subcommand{
	name:    "faults list",
	summary: "list what is to go wrong",
	declare: asking(listFaults),
}

func listFaults(ctx context.Context, endpoint string, _ []string, stdout io.Writer) error {
	var all struct{ Faults []faults.Fault }
	if err := askJSON(ctx, http.MethodGet, endpoint, "faults", nil, &all); err != nil {
		return err
	}
	if len(all.Faults) == 0 {
		fmt.Fprintln(stdout, "no faults")
		return nil
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tKIND\tWHERE\tWHAT\tUSED")
	for _, f := range all.Faults {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", f.ID, f.Kind, cmp.Or(f.Where(), "everywhere"), cmp.Or(f.How(), "-"), f.Used)
	}
	return table.Flush()
}

var addFaultCommand = subcommand{
	name:    "faults add",
	summary: "have pulls, starts, containers, agents, instances or the engine fail",
	examples: []example{
		{"ecs-emulator faults add start --family web --error 'no space left on device'", "tasks of the family web do not start"},
		{"ecs-emulator faults add pull --image 'nginx:*' --delay 90s --times 1", "the next pull takes 90 seconds"},
		{"ecs-emulator faults add terminate-instance --cluster default", ""},
	},
	arguments: []argument{{name: "kind", about: "kind of fault: " + strings.Join(faults.Kinds(), ", "), values: faults.Kinds()}},
	declare:   declareAddFault,
}

func declareAddFault(flags *flagSet) action {
	endpoint := endpointFlag(flags)
	var f faults.Fault
	for _, m := range faults.Members() {
		flags.Var(faultFlag{m, &f}, m.Name, m.Help)
	}
	return func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		f.Kind = faults.Kind(args[0])
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		var added faults.Fault
		if err := postFaults(ctx, *endpoint, body, &added, stderr); err != nil {
			return err
		}
		fmt.Fprintln(stdout, added.ID)
		return nil
	}
}

// idleFault is the header of the answer for each fault that hits nothing yet.
const idleFault = "Ecs-Emulator-Idle-Fault"

// postFaults adds what the body has, decodes the answer, and says which faults hit nothing yet.
func postFaults(ctx context.Context, endpoint string, body []byte, added any, stderr io.Writer) error {
	response, err := ask(ctx, http.MethodPost, endpoint, "faults", nil, bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(added); err != nil {
		return fmt.Errorf("read the emulator's faults: %w", err)
	}
	for _, why := range response.Header.Values(idleFault) {
		fmt.Fprintln(stderr, "ecs-emulator: warning:", activity.OneLine(why))
	}
	return nil
}

type faultFlag struct {
	faults.Member
	of *faults.Fault
}

// String is empty for the flag's zero value, which package flag makes.
func (f faultFlag) String() string {
	if f.of == nil {
		return ""
	}
	return f.Text(*f.of)
}

func (f faultFlag) Set(text string) error { return f.Member.Set(f.of, text) }

var runFaultsCommand = subcommand{
	name:      "faults run",
	summary:   "add all faults of a file, each of which begins at its time",
	examples:  []example{{"ecs-emulator faults run rehearsal.json", ""}},
	arguments: []argument{{name: "file", about: "a list of faults as JSON: [{\"kind\": \"zone-down\", \"zone\": \"us-east-1a\", \"at\": \"5m\", \"for\": \"10m\"}]"}},
	declare: func(flags *flagSet) action {
		endpoint := endpointFlag(flags)
		return func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
			text, err := userfile.Read(ctx, args[0], userfile.MiB)
			if err != nil {
				return err
			}
			if _, err := faults.Read(text); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			var added struct{ Faults []faults.Fault }
			if err := postFaults(ctx, *endpoint, text, &added, stderr); err != nil {
				return err
			}
			for _, f := range added.Faults {
				fmt.Fprintln(stdout, f.ID)
			}
			return nil
		}
	},
}

var clearFaultsCommand = subcommand{
	name:      "faults clear",
	summary:   "end one fault, or all",
	arguments: []argument{{name: "id", about: "that faults add and faults list show (default: all faults)", optional: true}},
	declare: asking(func(ctx context.Context, endpoint string, args []string, _ io.Writer) error {
		query := url.Values{}
		if args[0] != "" {
			query.Set("id", args[0])
		}
		return askJSON(ctx, http.MethodDelete, endpoint, "faults", query, nil)
	}),
}
